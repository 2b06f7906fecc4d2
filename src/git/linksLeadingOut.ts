/**
 * The symbolic links of a tree that lead out of it, told from its objects alone: nothing is checked out. Invariant: a
 * link that could lead out is named, also where it takes several links together to do so.
 */
import { bytePathText, splitNul } from './bytePath.ts';
import { runGit, type GitContext } from './runGit.ts';

export interface LeadingLink {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  /** As the link says; undefined where that is too long to be a path. */
  readonly target: string | undefined;
}

/** In the order of the tree. Undefined where the tree is not here. Rejects only when aborted, or when git cannot run. */
export async function linksLeadingOut(context: GitContext, tree: string): Promise<LeadingLink[] | undefined> {
  const listed = await runGit(context, ['ls-tree', '-r', '-l', '-z', '--full-tree', tree], {
    tolerant: true,
  });
  if (listed.exitCode !== 0) return undefined;
  const links = splitNul(listed.stdout).flatMap(line => {
    const [, id = '', size = '', path = ''] =
      /^120000 blob ([0-9a-f]+) +(\d+|BAD)\t(.*)$/s.exec(bytePathText(line)) ?? [];
    return id === '' ? [] : [{ path, id, size: Number(size) }];
  });
  const targets = await contentOf(
    context,
    links.filter(one => one.size <= mostBytes).map(({ id }) => id),
  );
  const map = new Map(links.map(({ path, id }) => [path, targets.get(id)]));
  return links.map(({ path }) => ({ path, target: map.get(path) })).filter(({ path }) => leadsOut(path, map));
}

/** PATH_MAX of Linux. */
const mostBytes = 4096;
/** As the kernel gives up, with ELOOP. */
const mostLinks = 40;

function leadsOut(path: string, links: ReadonlyMap<string, string | undefined>): boolean {
  let left = mostLinks;
  const waiting = path.split('/').reverse();
  const place: string[] = [];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (place.pop() === undefined) return true;
      continue;
    }
    const here = [...place, part].join('/');
    if (!links.has(here)) {
      place.push(part);
      continue;
    }
    const target = links.get(here);
    left -= 1;
    if (target === undefined || /^(?:\/|[A-Za-z]:)/.test(target) || left === 0) return true;
    waiting.push(...target.split('/').reverse());
  }
  return false;
}

async function contentOf(context: GitContext, ids: readonly string[]): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return contents;
  const { stdout } = await runGit(context, ['cat-file', '--batch'], { input: `${wanted.join('\n')}\n` });
  for (let at = 0; at < stdout.length;) {
    const end = stdout.indexOf('\n', at);
    const [, id = '', size = ''] =
      /^([0-9a-f]+) blob (\d+)$/.exec(stdout.toString('utf8', at, end < 0 ? undefined : end)) ?? [];
    if (end < 0) break;
    at = end + 1;
    if (id === '') continue;
    contents.set(id, stdout.toString('utf8', at, at + Number(size)));
    at += Number(size) + 1;
  }
  return contents;
}
