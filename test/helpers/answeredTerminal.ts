/** Runs the real command line in a terminal, where a person is asked, and presses keys once the question stands there. */
import { runCommand } from '../../src/base/runCommand.ts';
import { cliScript } from './lockstepCli.ts';

/** Ends with the code of the command, 128 and the signal where one ended it. */
const program = String.raw`
import os, pty, sys
keys, command = sys.argv[1].encode().decode('unicode_escape').encode(), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
said = b''
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    said += chunk
    if keys and b'[y/N] ' in said:
        os.write(terminal, keys)
        keys = b''
sys.stdout.buffer.write(said)
sys.stdout.flush()
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
`;

export interface AnsweredQuestion {
  readonly code: number | null;
  /** All that the terminal showed. */
  readonly screen: string;
}

/** @param keys As Python writes them: `\\x03` for Ctrl-C, `\\x04` for Ctrl-D, `y\\n`. */
export async function answeredTerminal(
  words: readonly string[],
  keys: string,
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<AnsweredQuestion> {
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', cliScript];
  const { exitCode, stdout } = await runCommand({
    ...{ program: 'python3', args: ['-c', program, keys, ...node, ...words] },
    ...{ cwd, env: { ...env, TERM: 'dumb' }, timeoutMs: 60_000 },
  });
  return { code: exitCode, screen: stdout.toString('utf8').replaceAll('\r\n', '\n') };
}
