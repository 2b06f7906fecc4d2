/**
 * Writes to the workspace that the system refused, as programs tell of them: those that no hook sees (shells, copying,
 * compiled code) say so in their own messages.
 */
import { readTail } from '../../base/readTail.ts';
import { isBelow } from '../../execution/capture/ignoredPaths.ts';

export interface RefusedWrites {
  /** Named with their paths. Absolute. */
  readonly paths: readonly string[];
  /** The first message that names no path. */
  readonly message?: string;
}

export interface RefusalQuestion {
  /** The workspace by every name. Absolute. */
  readonly roots: readonly string[];
  /** The private checkout, whose links lead there. Absolute. */
  readonly checkout: string;
  /** What belongs to the reproduction, or is no program's concern (environments). Absolute. */
  readonly own: readonly string[];
}

/** Reads the end of the logs. */
export async function refusedWrites(
  logs: readonly string[],
  question: RefusalQuestion,
): Promise<RefusedWrites> {
  const texts = await Promise.all(logs.map(path => readTail(path, tailBytes)));
  return findRefusals(texts.filter(text => text !== undefined).join('\n'), question);
}

/** Pure part of {@link refusedWrites}. */
export function findRefusals(text: string, { roots, checkout, own }: RefusalQuestion): RefusedWrites {
  const paths = new Set<string>();
  let message: string | undefined;
  for (const line of text.split(/[\r\n]+/)) {
    if (!refusal.test(line) || line.length > longestLine) continue;
    const hits = [
      ...pathsBelow(checkout, line).map(path => `${roots[0] ?? ''}${path.slice(checkout.length)}`),
      ...roots.flatMap(root => pathsBelow(root, line)).filter(path => !own.some(one => isBelow(path, one))),
    ];
    for (const path of hits) paths.add(path);
    // One that names another place speaks of another file system.
    if (!/(?:^|[\s'"‘“`=(])\/\S/.test(line)) message ??= line.trim();
  }
  return { paths: [...paths], ...(message === undefined ? {} : { message }) };
}

/** EROFS by the words of the C library, Python and Node, and what SQLite makes of it. */
const refusal = /Read-only file system|\bEROFS\b|\[Errno 30\]|\breadonly database\b/i;
const longestLine = 4_000;
const tailBytes = 256 * 1024;

/** The paths of a line in or below a folder, up to a quote, a colon before a blank, or the end. */
function pathsBelow(folder: string, line: string): string[] {
  const paths: string[] = [];
  for (let at = line.indexOf(folder); at >= 0; at = line.indexOf(folder, at + 1)) {
    const rest = line.slice(at);
    const path = rest.slice(0, /['"‘’“”`]|: |:$|$/.exec(rest)?.index);
    if (isBelow(path, folder)) paths.push(path);
  }
  return paths;
}
