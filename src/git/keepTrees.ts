/**
 * Keeps trees from garbage collection, out of sight: HEAD's in the person's repository, snapshots in their own store.
 * At most 256 refs, `refs/lockstep/snapshots/<xx>`, each pointing at a "shelf", a TREE whose entries are the kept
 * trees. A ref that names a tree shows in no log or graph. Fetch walks all trees below such a ref, which is why
 * only HEAD's trees are kept in the person's repository.
 */
import { randomBytes } from 'node:crypto';
import { stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { shelfContended } from './errors.ts';
import { runGit, type GitContext } from './runGit.ts';
import { readShelfFile, replaceShelfFile, shelfIdInFile, type Shelf } from './shelfFiles.ts';
import { readTreeObject, treeObject, type TreeEntry } from './treeObject.ts';

export const shelfPrefix = 'refs/lockstep/snapshots/';

/** Resolves when every tree is kept, whoever kept it. Rejects with `shelf-contended` when others never let us. */
export async function keepTrees(context: GitContext, trees: readonly string[]): Promise<void> {
  await changeShelves(context, groupByShelf(trees), (entries, wanted) => {
    const missing = wanted.filter(tree => !entries.some(entry => entry.name === tree));
    return missing.length === 0 ? undefined : [...entries, ...missing.map(keptTree)];
  });
}

/** Lets go of trees; their objects stay until git next collects garbage. */
export async function releaseTrees(context: GitContext, trees: readonly string[]): Promise<void> {
  await changeShelves(context, groupByShelf(trees), (entries, unwanted) => {
    const left = entries.filter(entry => !unwanted.includes(entry.name));
    return left.length === entries.length ? undefined : left;
  });
}

/** Whether every one of `trees` is kept. */
export async function areKept(context: GitContext, trees: readonly string[]): Promise<boolean> {
  const wanted = groupByShelf(trees);
  const shelves = await readShelves(context, [...wanted.keys()]);
  return [...wanted].every(([ref, ids]) =>
    ids.every(id => shelves.get(ref)?.entries.some(entry => entry.name === id)),
  );
}

/** All trees that are kept, sorted. */
export async function listKeptTrees(context: GitContext): Promise<string[]> {
  const refs = await runGit(context, ['for-each-ref', '--format=%(refname)', shelfPrefix]);
  const names = refs.stdout.toString('latin1').split('\n').filter(Boolean);
  const shelves = await readShelves(context, names);
  return [...shelves.values()].flatMap(shelf => shelf.entries.filter(isKept).map(entry => entry.name)).sort();
}

/** What a shelf shall hold, or undefined when it is right as it is. */
type Change = (entries: readonly TreeEntry[], trees: readonly string[]) => readonly TreeEntry[] | undefined;

/** A hundred processes that hit the same shelf at once need about as many rounds in the worst case. */
const maxRounds = 400;
/** A snapshot touches one to three shelves; only cleaning up touches many. */
const shelvesAtOnce = 8;

async function changeShelves(
  context: GitContext,
  wanted: ReadonlyMap<string, readonly string[]>,
  change: Change,
): Promise<void> {
  let open = [...wanted.keys()];
  if (open.length === 0) return;
  for (let round = 0; round < maxRounds; round++) {
    const shelves = await readShelves(context, open);
    const contended: string[] = [];
    for (let at = 0; at < open.length; at += shelvesAtOnce) {
      const some = open.slice(at, at + shelvesAtOnce).map(async ref => {
        const shelf = shelves.get(ref) ?? { id: undefined, entries: [] };
        const entries = change(shelf.entries.filter(isKept), wanted.get(ref) ?? []);
        if (entries !== undefined && !(await replaceShelf(context, ref, shelf, entries))) contended.push(ref);
      });
      await Promise.all(some);
    }
    open = contended;
    if (open.length === 0) return;
    await delay(Math.random() * Math.min(20 + 10 * round, 200), undefined, { signal: context.signal });
  }
  throw shelfContended(open[0] ?? shelfPrefix);
}

async function readShelves(context: GitContext, refs: readonly string[]): Promise<Map<string, Shelf>> {
  const shelves = new Map<string, Shelf>();
  const unknown: string[] = [];
  for (const ref of refs) {
    const shelf = await readShelfFile(context, ref);
    if (shelf === undefined) unknown.push(ref);
    else shelves.set(ref, shelf);
  }
  if (unknown.length === 0) return shelves;
  const input = unknown.map(ref => `${ref}\n`).join('');
  const { stdout } = await runGit(context, ['cat-file', '--batch'], { input });
  let at = 0;
  for (const ref of unknown) {
    const lineEnd = stdout.indexOf(10, at);
    const header = /^([0-9a-f]+) tree (\d+)$/.exec(stdout.toString('latin1', at, lineEnd));
    at = lineEnd + 1;
    if (header === null) {
      const id = await lostShelf(context, ref);
      if (id !== undefined) shelves.set(ref, { id, entries: [] });
      continue;
    }
    const [, id = '', size = '0'] = header;
    shelves.set(ref, {
      id,
      entries: readTreeObject(stdout.subarray(at, at + Number(size)), id.length / 2),
    });
    at += Number(size) + 1;
  }
  return shelves;
}

/**
 * The id that a ref names although its object is gone, as after a loss of power; undefined for a ref that is just
 * missing or just moving on. A shelf's object is deleted only after its ref has moved on, and no ref goes back: so one
 * that names the same before and after is lost indeed.
 */
async function lostShelf(context: GitContext, ref: string): Promise<string | undefined> {
  const id = await shelfIdInFile(context, ref);
  if (id === undefined) return undefined;
  const found = await runGit(context, ['cat-file', '-e', id], { tolerant: true });
  return found.exitCode !== 0 && (await shelfIdInFile(context, ref)) === id ? id : undefined;
}

/** False when another process was faster. */
async function replaceShelf(
  context: GitContext,
  ref: string,
  old: Shelf,
  entries: readonly TreeEntry[],
): Promise<boolean> {
  if (entries.length === 0) {
    const gone = await runGit(context, ['update-ref', '-d', ref, old.id ?? ''], { tolerant: true });
    if (gone.exitCode === 0) await forgetShelf(context, old.id);
    return gone.exitCode === 0;
  }
  const input = treeObject([...entries, marker(entries)]);
  const direct = await replaceShelfFile(context, ref, old, input, (entries[0]?.id.length ?? 0) / 2);
  if (direct !== undefined) {
    await forgetShelf(context, direct.replaced ? old.id : direct.id);
    return direct.replaced;
  }
  const written = await runGit(context, ['hash-object', '-t', 'tree', '-w', '--stdin'], { input });
  const id = written.stdout.toString('latin1').trim();
  // An empty old value says that the ref must not exist yet.
  const outcome = await runGit(context, ['update-ref', ref, id, old.id ?? '0'.repeat(id.length)], {
    tolerant: true,
  });
  await forgetShelf(context, outcome.exitCode === 0 ? old.id : id);
  return outcome.exitCode === 0;
}

/**
 * Deletes the object of a shelf that no ref names any more, if it is still a file of its own: thousands of them would make git's own
 * housekeeping complain to the person. Nothing else can refer to it, since every shelf is unlike any other. A
 * collection that runs just now may have seen it, so then it stays.
 */
async function forgetShelf(context: GitContext, id: string | undefined): Promise<void> {
  const { commonDir } = context.repository;
  if (id === undefined || commonDir === undefined) return;
  const running = await Promise.all(
    [join(commonDir, 'gc.pid'), join(commonDir, 'objects', 'maintenance.lock')].map(exists),
  );
  if (running.includes(true)) return;
  await unlink(join(commonDir, 'objects', id.slice(0, 2), id.slice(2))).catch(() => undefined);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

const treeMode = '40000';

function keptTree(tree: string): TreeEntry {
  return { mode: treeMode, name: tree, id: tree };
}

/** Makes every shelf unlike any earlier one, so that compare-and-swap cannot mistake an old state for the new. */
function marker(entries: readonly TreeEntry[]): TreeEntry {
  return { mode: treeMode, name: `z${randomBytes(8).toString('hex')}`, id: entries[0]?.id ?? '' };
}

function isKept(entry: TreeEntry): boolean {
  return !entry.name.startsWith('z');
}

function groupByShelf(trees: readonly string[]): Map<string, string[]> {
  const shelves = new Map<string, string[]>();
  for (const tree of new Set(trees)) {
    const ref = shelfPrefix + tree.slice(0, 2);
    shelves.set(ref, [...(shelves.get(ref) ?? []), tree]);
  }
  return shelves;
}
