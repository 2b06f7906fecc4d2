/** The supervisor's program: `node supervisor.cjs <run folder>`. Ends with the run, whatever is still open then. */
import { superviseRun } from '../execution/superviseRun.ts';
import { reproductionHooks } from '../reproduction/reproductionHooks.ts';

const [dir] = process.argv.slice(2);
if (dir === undefined) {
  process.stderr.write('usage: supervisor RUN_FOLDER\n');
  process.exitCode = 2;
} else
  superviseRun(dir, reproductionHooks()).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
