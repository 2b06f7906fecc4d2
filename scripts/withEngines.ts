/**
 * Runs one command with the container engines of the tests around it (`node scripts/withEngines.ts -- mocha FILE`), for
 * work on a single test. Without a command they stay until Ctrl-C.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startEngines } from './provision/containers/startEngines.ts';
import { ensureEngines } from './provision/ensureEngines.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const say = (line: string): void => console.error(line);
const stopped = new Promise<number>(resolve => {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => resolve(130));
});

await ensureEngines(say);
const engines = await startEngines(say);
try {
  process.exitCode = await Promise.race([run(positionals, engines.file), stopped]);
} finally {
  await engines.stop();
}

function run([program, ...args]: readonly string[], file: string): Promise<number> {
  if (program === undefined) {
    console.log(`export LOCKSTEP_TEST_ENGINES='${file}'`);
    const forever = setInterval(() => undefined, 60_000);
    return stopped.finally(() => clearInterval(forever));
  }
  return new Promise((resolve, reject) => {
    const env = { ...process.env, LOCKSTEP_TEST_ENGINES: file };
    const child = spawn(program, args, { stdio: 'inherit', env });
    child.on('error', reject);
    child.on('exit', code => resolve(code ?? 1));
  });
}
