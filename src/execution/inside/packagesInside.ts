/**
 * Lists the Python packages that a program in a container could import: the twin of capture/packages.ts, asked of the
 * container's own interpreter, which reads what installers leave beside packages and imports none of them.
 */
import { listingScript, readListing } from '../../environments/python/listingScript.ts';
import { errorText } from '../../base/systemError.ts';
import type { Package } from '../../runs/captured.ts';
import { captured, unknown } from '../../runs/known.ts';
import type { Known } from '../../runs/known.ts';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import { withinPlace } from '../capture/readSeen.ts';
import type { Interpreter } from '../capture/interpreter.ts';
import type { ContainerApi } from './containerApi.ts';

export interface PackagesInsideQuestion {
  readonly interpreter: Interpreter | undefined;
  /** sys.path of the program that ran, as the container names it. */
  readonly seenPath: readonly string[] | undefined;
  readonly env: readonly string[];
  readonly outside: (path: string) => string | undefined;
}

/** Never rejects: a container that is gone by now tells no packages. */
export async function packagesInside(
  api: ContainerApi,
  { id, user }: ContainerRecord,
  { interpreter, seenPath, env, outside }: PackagesInsideQuestion,
): Promise<Known<Package[]>> {
  try {
    const folders = JSON.stringify((seenPath ?? []).filter(path => path !== ''));
    const argv = [interpreter?.path ?? 'python3', '-I', '-c', listingScript, folders];
    const { stdout, stderr, exitCode } = await api.run(id, { argv, user, env }, { patienceMs: 2 * 60_000 });
    if (exitCode !== 0)
      return unknown(
        `the packages of the container could not be listed: ${lastLine(stderr.toString('utf8'))}`,
      );
    return captured(readListing(stdout.toString('utf8'), path => outside(path) ?? withinPlace(path)));
  } catch (error) {
    return unknown(`the packages of the container could not be listed: ${whyNot(error)}`);
  }
}

/** What the engine says of a container that cannot be asked any more, in words for people. */
export function whyNot(error: unknown): string {
  const text = errorText(error);
  if (/no such container/i.test(text)) return 'it was gone when the run had ended';
  if (/is not running|container state improper|can only .* running/i.test(text))
    return 'it was stopped before the run had ended';
  if (/is paused/i.test(text)) return 'it was paused when the run had ended';
  return text;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}
