/** What a path of another repository is at a commit, brought into our cache: pinned there, or kept by its git. */
import { mkdtemp, mkdir, rm, writeFile, chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runGit } from '../../git/runGit.ts';
import { storeOutputs } from '../cache/storeOutputs.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { isFolderObject, type ObjectId } from '../objectId.ts';
import { fetchObjects } from '../remotes/fetchObjects.ts';
import type { ObjectStore, RemoteSettings } from '../remotes/objectStore.ts';
import type { TransferRequest } from './fetchData.ts';
import type { ImportSource } from './importSource.ts';
import { listedItems, pinItems } from './pinObjects.ts';
import { remoteOf, withStore } from './remoteOf.ts';
import { isMeant, selectPins, type SelectedPin } from './selectPins.ts';
import { TransferTotals } from './transferTotals.ts';

export interface ImportedObject {
  readonly object: ObjectId;
  readonly executable: boolean;
}

/**
 * Undefined where neither pins nor git of the source know `path` (relative to its root). What could not be had is
 * trouble in `totals`, as paths of `shownAs`.
 */
export async function importedObject(
  source: ImportSource,
  path: string,
  into: { readonly repository: DataRepository; readonly tools: DataTools; readonly shownAs: string },
  request: Pick<TransferRequest, 'credentials' | 'jobs'>,
  task: DataTask,
  totals: TransferTotals,
): Promise<ImportedObject | undefined> {
  const { groups } = await selectPins(source.project, {
    paths: [join(source.project.root, path)],
    revision: source.commit,
    signal: task.signal,
  });
  for (const group of groups)
    for (const selected of group.pins) {
      const { pin, only } = selected;
      if (pin.object === undefined || (selected.path !== path && only === undefined)) continue;
      if (!pin.cached) continue;
      const renamed: SelectedPin = { ...selected, path: into.shownAs };
      await fetchFrom(group.repository, renamed, into, request, task, totals);
      if (only === undefined) return { object: pin.object, executable: pin.executable };
      const part = await partOf(pin.object, path.slice(selected.path.length + 1), into.tools);
      if (part !== undefined) return { object: part, executable: false };
    }
  return fromGit(source, path, into, task);
}

/** From the cache beside the source where there is one, then from its remote. */
async function fetchFrom(
  theirs: DataRepository,
  selected: SelectedPin,
  { repository, tools }: { readonly repository: DataRepository; readonly tools: DataTools },
  { credentials, jobs }: Pick<TransferRequest, 'credentials' | 'jobs'>,
  task: DataTask,
  totals: TransferTotals,
): Promise<void> {
  const beside: RemoteSettings = { name: 'cache', url: theirs.settings.cacheFolder, options: {} };
  const fetchAll = async (store: ObjectStore, into: TransferTotals): Promise<void> => {
    const first = pinItems([selected]);
    into.add(first, await fetchObjects(store, first, repository.settings, task));
    const files = await listedItems([selected], tools, into.problems);
    into.add(files, await fetchObjects(store, files, repository.settings, task));
  };
  const tried = new TransferTotals();
  await withStore(beside, {}, store => fetchAll(store, tried));
  const { moved, missing, problems } = tried.result();
  totals.moved(moved.files, moved.bytes);
  if (missing.length + problems.length === 0) return;
  const remote = remoteOf(theirs, selected.pin);
  await withStore(remote, { credentials, jobs }, store => fetchAll(store, totals));
}

/** A file in a pinned folder, or the folder in it as a listing of its own. */
async function partOf(object: ObjectId, inside: string, { cache }: DataTools): Promise<ObjectId | undefined> {
  const listing = await cache.readListing(object);
  const file = listing.files.find(one => one.relativePath === inside);
  if (file !== undefined) return { algorithm: object.algorithm, value: file.md5 };
  const files = listing.files
    .filter(one => isMeant([inside], one.relativePath))
    .map(one => ({ ...one, relativePath: one.relativePath.slice(inside.length + 1) }));
  return files.length === 0 ? undefined : (await cache.insertListing({ files })).object;
}

/** What git keeps at the path, written out beside and stored. */
async function fromGit(
  { git, commit, project }: ImportSource,
  path: string,
  { repository, tools }: { readonly repository: DataRepository; readonly tools: DataTools },
  task: DataTask,
): Promise<ImportedObject | undefined> {
  const context = { repository: git, environment: project.environment, signal: task.signal };
  const { stdout } = await runGit(context, ['ls-tree', '-r', '-z', '--full-tree', commit, '--', path]);
  const entries = [...stdout.toString('utf8').matchAll(/(100644|100755) blob ([0-9a-f]+)\t([^\0]*)\0/g)];
  if (entries.length === 0) return undefined;
  await mkdir(repository.stateFolder, { recursive: true });
  const folder = await mkdtemp(join(repository.stateFolder, 'import-'));
  try {
    const target = join(folder, 'content');
    for (const [, mode, blob = '', name = ''] of entries) {
      const inside = name === path ? target : join(target, name.slice(path.length + 1));
      await mkdir(dirname(inside), { recursive: true });
      const content = await runGit(context, ['cat-file', 'blob', blob]);
      await writeFile(inside, content.stdout);
      if (mode === '100755' && name === path) await chmod(inside, 0o755);
    }
    // A repository of its own for the moment: the state folder lies in `.dvc`, which is never looked into.
    const elsewhere: DataRepository = { ...repository, root: folder };
    const { pool, cache } = tools;
    const [stored] = await storeOutputs(elsewhere, ['content'], { pool, cache }, task);
    if (stored?.object === undefined) return undefined;
    return { object: stored.object, executable: !isFolderObject(stored.object) && stored.executable };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
