/** The command line, put together from its parts. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { runCli } from './runCli.ts';
import { terminalOf } from './terminal.ts';

const readerGone = new AbortController();
const terminal = terminalOf(process, process.env, () => {
  readerGone.abort();
  // Nobody reads: like any filter, stop without a word.
  process.exit(0);
});

const fromSource = import.meta.filename.endsWith('.ts');
const supervisorScript = join(import.meta.dirname, fromSource ? 'supervisorMain.ts' : 'supervisor.cjs');

const words = process.argv.slice(2);
const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
const startsRun =
  ['run', 'reproduce'].includes(own[0] ?? '') &&
  !own.some(word => ['--tty', '--forecast', '--help', '-h'].includes(word));

void begin().then(async code => {
  // What is still open (a pipe to a supervisor, a watcher) is no reason to stay; what was printed must arrive.
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(code);
});

async function begin(): Promise<number> {
  const earlySupervisor = startsRun ? startEarly() : undefined;
  // It loads while this process does: had it to wait for the modules of the command, both would be ready later.
  await earlySupervisor;
  return runCli(words, packageJson.version, {
    ...{ terminal, env: process.env, cwd: process.cwd(), signal: readerGone.signal },
    ...{ node: process.execPath, supervisorScript, earlySupervisor },
  });
}

async function written(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>(resolve => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
}

/** Loaded only for a run: every other command would wait for it. */
async function startEarly(): Promise<ChildProcess | undefined> {
  const { startEarlySupervisor } = await import('../execution/startEarlySupervisor.ts');
  return startEarlySupervisor(process.execPath, supervisorScript);
}
