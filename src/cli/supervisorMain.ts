/**
 * The supervisor's program: `node supervisor.cjs [<run folder>]`, the rest comes through descriptor 3; or
 * `node supervisor.cjs --adopt <run folder>`, in place of one that was killed. Ends with the run, whatever is still
 * open then. `node supervisor.cjs --judge <run folder>` gives the verdict that a killed one left open, and ends.
 */
import { basename, dirname } from 'node:path';
import { adoptRun } from '../execution/adoptRun.ts';
import { withPythonEnvironment } from '../execution/python/pythonHooks.ts';
import { superviseRun } from '../execution/superviseRun.ts';
import { adoptArgument } from '../execution/watchdog.ts';
import { judgeArgument } from '../reproduction/askJudge.ts';
import { judgeLost } from '../reproduction/judgeReproduced.ts';
import { reproductionHooks } from '../reproduction/reproductionHooks.ts';
import { bringSharedSnapshot } from '../sharing/bringSharedSnapshot.ts';

const hooks = withPythonEnvironment(
  reproductionHooks({
    fetchShared: ({ store, root, runId, environment, signal }) =>
      bringSharedSnapshot({ store, root, runId }, { environment, signal }),
  }),
);
const [first, second] = process.argv.slice(2);
lifeOf(first, second).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);

async function lifeOf(word: string | undefined, folder: string | undefined): Promise<void> {
  if (folder !== undefined && word === adoptArgument) return adoptRun(folder, hooks);
  if (folder === undefined || word !== judgeArgument) return superviseRun(word, hooks);
  // <store>/runs/<shard>/<id>
  await judgeLost(dirname(dirname(dirname(folder))), basename(folder));
}
