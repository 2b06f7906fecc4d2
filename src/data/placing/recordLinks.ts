/**
 * What we placed, and how it was left: so that an output which no pin names any more (after a change of branch) can be
 * taken away, when nobody changed it since.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import * as z from 'zod';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import { findRepository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { hashOutputs } from '../hash/hashOutputs.ts';
import { sameObject, type ObjectId } from '../objectId.ts';
import type { PinSet } from '../pinnedOutput.ts';
import { removeWhole } from './removeWhole.ts';
import { refuseUnsafePath } from './placingTarget.ts';

export interface PlacedRecord {
  /** Relative to the data root. */
  readonly path: string;
  readonly object: ObjectId;
}

const recordsSchema = z.record(z.string(), z.string().regex(/^md5(?:-dos2unix)?:[0-9a-f]{32}(?:\.dir)?$/));

/** Every path that was placed or stored by us and not removed since; none where the record cannot be read. */
export async function readPlaced(repository: DataRepository): Promise<readonly PlacedRecord[]> {
  return [...(await readRecords(repository))].map(([path, text]) => ({ path, object: objectOf(text) }));
}

/** Adds to the record; to be called once for all outputs of an operation, under `withDvcLock`. */
export async function recordPlaced(
  repository: DataRepository,
  placed: readonly PlacedRecord[],
): Promise<void> {
  if (placed.length === 0) return;
  const records = await readRecords(repository);
  const before = records.size;
  let changed = false;
  for (const { path, object } of placed) {
    const text = `${object.algorithm}:${object.value}`;
    changed ||= records.get(path) !== text;
    records.set(path, text);
  }
  if (changed || records.size !== before) await writeRecords(repository, records);
}

export interface StaleRemoval {
  /** Removed, relative to the data root. */
  readonly removed: readonly string[];
  /** Left, because they were changed since they were placed, or are not in the cache. */
  readonly kept: readonly string[];
}

/**
 * Removes every recorded path that is not in `pins` (nor above or below one), still is what was placed, and is safe
 * in the cache. What is kept is forgotten: it is the user's from now on, as for DVC; so is what git keeps by now. While
 * a pin cannot be read (a conflict), nothing goes: it may be the one that names the path.
 */
export async function removeStale(
  repository: DataRepository,
  pins: PinSet,
  tools: DataTools,
  task: DataTask,
): Promise<StaleRemoval> {
  if (pins.problems.length > 0) return { removed: [], kept: [] };
  const pinned = pins.outputs.map(output => output.path);
  const exactly = new Set(pinned);
  const stale = (await readPlaced(repository)).filter(
    ({ path }) => !exactly.has(path) && !touches(path, pinned),
  );
  if (stale.length === 0) return { removed: [], kept: [] };
  const tracked = await trackedPaths(repository, task);
  if (tracked === undefined) return { removed: [], kept: [] };
  const found = await hashOutputs(
    repository,
    stale.map(({ path, object }) => ({ path, expected: { object } })),
    tools,
    task,
  );
  const presence = await tools.cache.presence();
  const removed: string[] = [];
  const kept: string[] = [];
  for (const [index, { path, object }] of stale.entries()) {
    const current = found[index];
    if (current === undefined || current.kind === 'missing' || tracked.has(path)) continue;
    const unchanged = sameObject(current.object, object) && presence.has(object) && isSafe(repository, path);
    if (unchanged && (await removeWhole(repository, current, presence, tools, task))) removed.push(path);
    else kept.push(path);
  }
  const records = await readRecords(repository);
  for (const { path } of stale) records.delete(path);
  await writeRecords(repository, records);
  return { removed, kept };
}

/** Lies above or below one of them. */
function touches(path: string, pinned: readonly string[]): boolean {
  return pinned.some(one => one.startsWith(`${path}/`) || path.startsWith(`${one}/`));
}

/** What git keeps and the folders above that, relative to the data root; undefined where git does not tell. */
async function trackedPaths(
  repository: DataRepository,
  { signal }: DataTask,
): Promise<Set<string> | undefined> {
  const tracked = new Set<string>();
  if (repository.gitRoot === undefined) return tracked;
  const git = await findRepository(repository.root);
  if (git === undefined) return tracked;
  const { exitCode, stdout } = await runGit(
    { repository: git, environment: process.env, signal },
    ['ls-files', '-z'],
    {
      tolerant: true,
    },
  );
  if (exitCode !== 0) return undefined;
  const above = relative(git.root, repository.root).split(sep).join('/');
  const prefix = above === '' ? '' : `${above}/`;
  for (const file of stdout.toString('utf8').split('\0')) {
    if (!file.startsWith(prefix)) continue;
    let path = file.slice(prefix.length);
    while (path !== '' && !tracked.has(path)) {
      tracked.add(path);
      path = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    }
  }
  return tracked;
}

function isSafe(repository: DataRepository, path: string): boolean {
  try {
    refuseUnsafePath(repository.root, path);
    return true;
  } catch {
    return false;
  }
}

async function readRecords(repository: DataRepository): Promise<Map<string, string>> {
  try {
    const value: unknown = JSON.parse(await readFile(recordPath(repository), 'utf8'));
    return new Map(Object.entries(recordsSchema.parse(value)));
  } catch {
    return new Map();
  }
}

async function writeRecords(repository: DataRepository, records: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(repository.stateFolder, { recursive: true });
  const sorted = [...records].sort(([one], [other]) => (one < other ? -1 : 1));
  await writeFileAtomic(recordPath(repository), `${JSON.stringify(Object.fromEntries(sorted))}\n`);
}

function recordPath(repository: DataRepository): string {
  return join(repository.stateFolder, 'placed.json');
}

/** Checked by the schema. */
function objectOf(text: string): ObjectId {
  const colon = text.indexOf(':');
  return {
    algorithm: text.startsWith('md5:') ? 'md5' : 'md5-dos2unix',
    value: text.slice(colon + 1),
  };
}
