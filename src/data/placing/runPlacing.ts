/** Carries plans out on all threads: first what has to go, then what comes. */
import { rmdirSync } from 'node:fs';
import { errorText } from '../../base/systemError.ts';
import type { LinkedObjects } from '../cache/linkedObjects.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository, LinkType } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { hexOf, type HashedPath } from '../hash/hashedPath.ts';
import { newFileMode } from '../hash/settledTime.ts';
import type { ObjectId } from '../objectId.ts';
import { batchFiles, joinPaths } from '../workers/dataJobs.ts';
import { JobMeter } from '../workers/jobMeter.ts';
import { statAt, statWidth } from '../walk/fileColumns.ts';
import type { PlaceRequest } from './placeOutputs.ts';
import { linkTypes, sha256Width } from './placeBatch.ts';
import { fileObject, type PlacingPlan, type PlacingStep } from './planPlacing.ts';
import type { PlacingTarget } from './placingTarget.ts';
import { RealFolders } from './realFolders.ts';
import { removeEmptyFolders } from './removeBatch.ts';

export interface PlacingRun {
  readonly request: PlaceRequest;
  readonly target: PlacingTarget;
  readonly current: HashedPath;
  readonly plan: PlacingPlan;
}

/** What came of a plan. */
export interface PlacingOutcome {
  readonly run: PlacingRun;
  /** Index of a step that was placed → its numbers now. */
  readonly stats: ReadonlyMap<number, Float64Array>;
  /** Path of a file that was copied → its sha256 in hex, where that was asked for. */
  readonly sha256s: ReadonlyMap<string, string>;
  /** Indexes of steps whose file is gone. */
  readonly gone: ReadonlySet<number>;
  readonly placed: { readonly files: number; readonly bytes: number };
  readonly removed: number;
  readonly links: readonly LinkType[];
  readonly missing: readonly { readonly path: string; readonly object: ObjectId }[];
  readonly corrupt: readonly { readonly path: string; readonly object: ObjectId; readonly found: string }[];
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
}

/** While it is filled in. */
class OutcomeDraft implements PlacingOutcome {
  readonly run: PlacingRun;
  readonly stats = new Map<number, Float64Array>();
  readonly sha256s = new Map<string, string>();
  readonly gone = new Set<number>();
  readonly placed = { files: 0, bytes: 0 };
  readonly used = new Set<LinkType>();
  readonly missing: { path: string; object: ObjectId }[] = [];
  readonly corrupt: { path: string; object: ObjectId; found: string }[] = [];
  readonly failed: { path: string; reason: string }[] = [];

  constructor(run: PlacingRun) {
    this.run = run;
  }

  get removed(): number {
    return this.gone.size;
  }

  get links(): readonly LinkType[] {
    return [...this.used];
  }

  /** A path that could not be worked on. */
  fail(step: PlacingStep, code: string, message: string): void {
    const { path, md5 } = step;
    const object = md5 === undefined ? undefined : fileObject(this.run.target, md5);
    if (code === 'missing' && object !== undefined) this.missing.push({ path, object });
    else if (code === 'corrupt' && object !== undefined) this.corrupt.push({ path, object, found: message });
    else this.failed.push({ path, reason: code === 'EEXIST' ? 'something is in its place' : message });
  }
}

export function fullPath(output: string, relativePath: string): string {
  return relativePath === '' ? output : `${output}/${relativePath}`;
}

/** In the order of the runs. */
export async function runPlacing(
  repository: DataRepository,
  runs: readonly PlacingRun[],
  tools: DataTools,
  linked: LinkedObjects,
  task: DataTask,
): Promise<readonly PlacingOutcome[]> {
  const drafts = runs.map(run => new OutcomeDraft(run));
  using meter = new JobMeter(task, 'place', totalsOf(runs));
  await removeFiles(repository, drafts, tools, meter);
  task.signal?.throwIfAborted();
  makeEmptyFolders(repository, drafts);
  await placeFiles(repository, drafts, tools, linked, meter);
  task.signal?.throwIfAborted();
  return drafts;
}

function totalsOf(runs: readonly PlacingRun[]): { files: number; bytes?: number } {
  let files = 0;
  let bytes: number | undefined = 0;
  for (const { plan, request, current } of runs) {
    files += plan.steps.filter(step => step.act === 'place' || step.act === 'remove').length;
    // Of a folder of which some is there the rest is not known: listings hold no sizes.
    bytes =
      bytes === undefined || request.size === undefined || current.kind !== 'missing'
        ? undefined
        : bytes + request.size;
  }
  return { files, ...(bytes === undefined ? {} : { bytes }) };
}

/** Steps of all runs, with their run. */
interface Item {
  readonly draft: OutcomeDraft;
  readonly step: PlacingStep;
  readonly index: number;
}

function itemsOf(drafts: readonly OutcomeDraft[], act: PlacingStep['act']): Item[] {
  return drafts.flatMap(draft =>
    draft.run.plan.steps.flatMap((step, index) => (step.act === act ? [{ draft, step, index }] : [])),
  );
}

async function removeFiles(
  repository: DataRepository,
  drafts: readonly OutcomeDraft[],
  { pool }: DataTools,
  meter: JobMeter,
): Promise<void> {
  const obstacles = drafts.flatMap(draft =>
    draft.run.plan.inTheWay.map(path => ({
      draft,
      step: { path, here: -1, act: 'remove' as const },
      index: -1,
    })),
  );
  const items: Item[] = [...obstacles, ...itemsOf(drafts, 'remove')];
  await Promise.all(
    portionsOf(items, batchFiles).map(async portion => {
      const { failures } = await pool.run(
        'remove',
        {
          root: `${repository.root}/`,
          paths: joinPaths(portion.map(pathOf)),
          before: beforeOf(portion),
        },
        meter,
      );
      const failed = new Set(failures.map(failure => failure.index));
      for (const { index, code, message } of failures) {
        const item = portion[index];
        item?.draft.fail(item.step, code, message);
      }
      for (const [place, { draft, index }] of portion.entries())
        if (index !== -1 && !failed.has(place)) draft.gone.add(index);
    }),
  );
  for (const { run } of drafts) removeLeftFolders(repository, run);
}

/** Folders in which files were, and nothing is any more. */
function removeLeftFolders(repository: DataRepository, { request, target, plan }: PlacingRun): void {
  const folders = new Set<string>();
  for (const { act, path } of plan.steps)
    if (act === 'remove') folders.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  const output = `${repository.root}/${request.path}`;
  for (const folder of [...folders].sort((one, other) => other.length - one.length))
    removeEmptyFolders(output, folder);
  if (target.folder || folders.size === 0) return;
  try {
    rmdirSync(output);
  } catch {
    // Something that is ignored is left in it: placing the file will say that it is in the way.
  }
}

function makeEmptyFolders(repository: DataRepository, drafts: readonly OutcomeDraft[]): void {
  for (const { run, failed } of drafts) {
    if (!run.target.folder || run.target.files.length > 0) continue;
    try {
      new RealFolders(repository.root).makeParent(`${run.request.path}/`);
    } catch (error) {
      failed.push({ path: '', reason: errorText(error) });
    }
  }
}

async function placeFiles(
  repository: DataRepository,
  drafts: readonly OutcomeDraft[],
  tools: DataTools,
  linked: LinkedObjects,
  meter: JobMeter,
): Promise<void> {
  const kinds = new Map<string, Item[]>();
  for (const item of itemsOf(drafts, 'place')) {
    const { request } = item.draft.run;
    const kind = `${request.object.algorithm} ${request.force === true} ${request.tellSha256 === true}`;
    const items = kinds.get(kind);
    if (items === undefined) kinds.set(kind, [item]);
    else items.push(item);
  }
  const portions = [...kinds.values()].flatMap(items =>
    // Sizes are not known: few files are likely large ones, and no thread is to wait for another at the end.
    portionsOf(items, Math.min(batchFiles, Math.max(1, Math.ceil(items.length / (tools.pool.size * 8))))),
  );
  const fileMode = newFileMode(repository.stateFolder);
  await Promise.all(
    portions.map(portion => placePortion(repository, portion, fileMode, tools, linked, meter)),
  );
}

async function placePortion(
  repository: DataRepository,
  portion: readonly Item[],
  fileMode: number,
  { pool, cache }: DataTools,
  linked: LinkedObjects,
  meter: JobMeter,
): Promise<void> {
  const request = portion[0]?.draft.run.request;
  if (request === undefined) return;
  const { algorithm } = request.object;
  const { stats, links, sha256s, failures } = await pool.run(
    'place',
    {
      root: repository.root,
      paths: joinPaths(portion.map(pathOf)),
      md5s: Buffer.from(portion.map(item => item.step.md5 ?? '').join(''), 'hex'),
      algorithm,
      objects: algorithm === 'md5' ? `${cache.folder}/files/md5/` : `${cache.folder}/`,
      before: beforeOf(portion),
      differs: Uint8Array.from(portion, item => (isOther(item) ? 1 : 0)),
      looks: linked.looksOf(portion.map(item => item.step.md5 ?? '')),
      force: request.force === true,
      executable: Uint8Array.from(portion, item => (item.draft.run.request.executable === true ? 1 : 0)),
      fileMode,
      links: repository.settings.linkTypes,
      tellSha256: request.tellSha256 === true,
    },
    meter,
  );
  const failed = new Set<number>();
  for (const { index, code, message } of failures) {
    const item = portion[index];
    failed.add(index);
    item?.draft.fail(item.step, code, message);
  }
  for (const [place, { draft, step, index }] of portion.entries()) {
    const numbers = stats.subarray(place * statWidth, (place + 1) * statWidth);
    // What a stopped thread did not come to has no numbers.
    if (failed.has(place) || numbers[statAt.mode] === 0) continue;
    draft.stats.set(index, numbers);
    draft.placed.files += 1;
    draft.placed.bytes += numbers[statAt.size] ?? 0;
    const link = linkTypes[links[place] ?? 3] ?? 'copy';
    draft.used.add(link);
    if (sha256s !== undefined && link === 'copy')
      draft.sha256s.set(step.path, hexOf(sha256s.subarray(place * sha256Width, (place + 1) * sha256Width)));
  }
}

function pathOf({ draft, step }: Item): string {
  return fullPath(draft.run.request.path, step.path);
}

/** What is there has other content than it is to have. */
function isOther({ draft, step: { here, md5 } }: Item): boolean {
  const { md5s } = draft.run.current;
  return here !== -1 && hexOf(md5s.subarray(here * 16, here * 16 + 16)) !== md5;
}

function beforeOf(items: readonly Item[]): Float64Array {
  const before = new Float64Array(items.length * statWidth);
  for (const [place, { draft, step }] of items.entries())
    if (step.here !== -1)
      before.set(
        draft.run.current.columns.stats.subarray(step.here * statWidth, (step.here + 1) * statWidth),
        place * statWidth,
      );
  return before;
}

function portionsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
