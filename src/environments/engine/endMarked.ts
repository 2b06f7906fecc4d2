/** Signals what carries a mark inside a container, with all that it started, through the engine's API; see endScript.ts. */
import { endArgv, readEnded } from './endScript.ts';
import type { EngineConnection } from './engineConnection.ts';
import { engineConnectionLost } from './errors.ts';
import { execSchema } from './shapes.ts';
import { OutputSplitter } from './splitOutput.ts';

export interface EndMarkedOptions {
  /** `TERM`, `KILL`, `INT`, or `0` to count only. Default `TERM`. */
  readonly sign?: string;
  /** Who runs them; the container's own user where left out. */
  readonly user?: string | undefined;
  readonly signal?: AbortSignal;
}

/** The kernel needs a moment to remove what was killed. */
const killSeconds = 5;

/** Resolves with how many were signalled; with `KILL`, when they are gone. */
export async function endMarked(
  connection: EngineConnection,
  container: string,
  mark: { readonly name: string; readonly value: string },
  options: EndMarkedOptions = {},
): Promise<number> {
  const { sign = 'TERM', user, signal } = options;
  const kills = sign === 'KILL';
  const argv = endArgv({
    ...{ mark: `${mark.name}=${mark.value}`, signal: sign, seconds: kills ? killSeconds : 0 },
  });
  // What runs as root by now (sudo) is for root to end.
  const users = kills && user !== '0' && user !== 'root' ? [user, '0'] : [user];
  let signalled = 0;
  for (const one of users) {
    const printed = await printedInside(connection, container, argv, one, signal);
    signalled += readEnded(printed)?.signalled ?? 0;
  }
  return signalled;
}

async function printedInside(
  connection: EngineConnection,
  container: string,
  argv: readonly string[],
  user: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const doing = `end what runs inside the container ${container}`;
  const stream = await connection.tell(doing, signal, async docker => {
    const exec = await docker.getContainer(container).exec({
      Cmd: [...argv],
      ...(user === undefined ? {} : { User: user }),
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
  return printed;
}
