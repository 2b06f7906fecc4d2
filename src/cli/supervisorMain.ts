/** The supervisor's program: `node supervisor.cjs [<run folder>]`; the rest comes through descriptor 3. Ends with the run, whatever is still open then. */
import { superviseRun } from '../execution/superviseRun.ts';
import { reproductionHooks } from '../reproduction/reproductionHooks.ts';

const [dir] = process.argv.slice(2);
superviseRun(dir, reproductionHooks()).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
