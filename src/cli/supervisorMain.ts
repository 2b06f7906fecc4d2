/**
 * The supervisor's program: `node supervisor.cjs [<run folder>]`, the rest comes through descriptor 3; or
 * `node supervisor.cjs --adopt <run folder>`, in place of one that was killed. Ends with the run, whatever is still
 * open then.
 */
import { adoptRun } from '../execution/adoptRun.ts';
import { withPythonEnvironment } from '../execution/python/pythonHooks.ts';
import { superviseRun } from '../execution/superviseRun.ts';
import { adoptArgument } from '../execution/watchdog.ts';
import { reproductionHooks } from '../reproduction/reproductionHooks.ts';
import { bringSharedSnapshot } from '../sharing/bringSharedSnapshot.ts';

const hooks = withPythonEnvironment(
  reproductionHooks({
    fetchShared: ({ store, root, runId, environment, signal }) =>
      bringSharedSnapshot({ store, root, runId }, { environment, signal }),
  }),
);
const [first, second] = process.argv.slice(2);
const life =
  first === adoptArgument && second !== undefined ? adoptRun(second, hooks) : superviseRun(first, hooks);
life.then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
