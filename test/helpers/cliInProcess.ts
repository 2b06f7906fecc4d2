/** Runs the command line in this process, for tables of cases that start no run: a process for each would cost more. */
import { runCli } from '../../src/cli/runCli.ts';

export interface InProcessOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** As with pipes: no terminal, no colours, nobody to ask. */
export async function cliInProcess(
  words: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<InProcessOutcome> {
  let [out, err] = ['', ''];
  const code = await runCli(words, '0.0.0', {
    terminal: {
      out: text => void (out += Buffer.from(text).toString('utf8')),
      err: text => void (err += Buffer.from(text).toString('utf8')),
      drained: () => Promise.resolve(),
      ...{ width: 80, tableWidth: Infinity, colour: false, interactive: false, liveErr: false },
      paint: (_, text) => text,
      paintErr: (_, text) => text,
    },
    ...{ env, cwd, signal: new AbortController().signal },
    ...{ node: process.execPath, supervisorScript: 'there is none' },
  });
  return { code, out, err };
}
