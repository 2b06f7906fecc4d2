/**
 * Signals processes inside a container that carry a mark in their environment: what a program starts inherits it, also
 * in a session of its own, and numbers of processes outside mean nothing inside. Needs a shell, `tr` and `grep` there.
 */
import type { EngineConnection } from './engineConnection.ts';
import { engineConnectionLost } from './errors.ts';
import { execSchema } from './shapes.ts';
import { OutputSplitter } from './splitOutput.ts';

/**
 * One look, written so that it finds neither itself nor what it starts: those carry no mark. Prints a line per process
 * that was signalled. A process that is dying has no environment any more and is not counted.
 */
const script = `
for e in /proc/[0-9]*/environ; do
  if tr '\\000' '\\n' < "$e" 2>/dev/null | grep -qxF -- "$1"; then
    p=\${e#/proc/}; p=\${p%/environ}
    kill -"$2" "$p" 2>/dev/null && echo "$p"
  fi
done
exit 0`;

/** Resolves with how many were signalled. `sign` is `TERM`, `KILL`, `INT`, or `0` to count only. */
export async function endMarked(
  connection: EngineConnection,
  container: string,
  mark: { readonly name: string; readonly value: string },
  options: { readonly sign?: string; readonly signal?: AbortSignal } = {},
): Promise<number> {
  const { sign = 'TERM', signal } = options;
  const doing = `end what runs inside the container ${container}`;
  const stream = await connection.tell(doing, signal, async docker => {
    const exec = await docker.getContainer(container).exec({
      Cmd: ['sh', '-c', script, 'sh', `${mark.name}=${mark.value}`, sign],
      // The environment of another user's process is for root alone.
      User: '0',
      AttachStdout: true,
      AttachStderr: true,
    });
    return { exec, output: await exec.start({ Detach: false }) };
  });
  const splitter = new OutputSplitter();
  let printed = '';
  try {
    for await (const chunk of stream.output as AsyncIterable<Buffer>)
      for (const part of splitter.push(chunk))
        if (part.stream === 'stdout') printed += Buffer.from(part.bytes).toString('latin1');
  } catch (error) {
    throw engineConnectionLost(doing, error);
  }
  await connection.ask(doing, execSchema, signal, () => stream.exec.inspect());
  return printed.split('\n').filter(line => line !== '').length;
}
