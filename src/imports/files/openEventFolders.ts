/**
 * Past runs in a log folder of TensorBoard. A run is a folder with what belongs to it (`train` and `validation`, ranks,
 * what `add_hparams` and `add_scalars` put beside it), not every folder as in TensorBoard.
 */
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { EventFileReader } from '../../tracking/tensorboard/eventFileReader.ts';
import { byStart, eventFileName } from '../../tracking/tensorboard/eventFileName.ts';
import { readEventFile } from '../../tracking/tensorboard/readEventFile.ts';
import {
  groupFolders,
  metricKey,
  placeFolders,
  type FolderGroup,
} from '../../tracking/tensorboard/runFolders.ts';
import { fingerprintOf, fingerprintOfPaths } from '../fingerprint.ts';
import type { PastRun, PastRunHeader, PastRuns } from '../pastRun.ts';
import { filesBelow } from '../smallFiles.ts';
import { parametersBeside } from './parametersBeside.ts';
import { placeOfRun } from './placeOfRun.ts';
import { PointCollector } from './pointCollector.ts';
import { endAtRest, unsaidEnd, type UnsaidEnd } from './unsaidEnd.ts';

/** Enough for the first values of a file, which name its tags. */
const headBytes = 64 * 1024;

interface EventRun {
  /** Folders in the order in which they appeared → their files, absolute. */
  readonly folders: ReadonlyMap<string, readonly string[]>;
  readonly name: string;
  readonly end: UnsaidEnd;
  readonly signal: AbortSignal | undefined;
}

/** @param path The log folder, or one event file. */
export async function openEventFolders(
  path: string,
  root: string,
  signal: AbortSignal | undefined,
): Promise<PastRuns> {
  const files = (
    statSync(path).isDirectory() ? filesBelow(path).files.map(file => file.path) : [resolve(path)]
  )
    .filter(file => eventFileName(basename(file)) !== undefined)
    .sort(byStart);
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const others = folders.get(dirname(file));
    if (others === undefined) folders.set(dirname(file), [file]);
    else others.push(file);
  }
  const heads = new Map<string, Head>();
  for (const [folder, [first]] of folders) {
    signal?.throwIfAborted();
    if (first !== undefined) heads.set(folder, await headOf(first));
  }
  const groups = groupFolders([...folders.keys()], folder => heads.get(folder)?.tags ?? []);
  const runs = groups.map(group => headerOf(group, path, root, folders, heads, signal));
  return { runs, skipped: [], close: () => Promise.resolve() };
}

interface Head {
  readonly tags: readonly string[];
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Never rejects: a file that cannot be read now says so when its run is read. */
async function headOf(path: string): Promise<Head> {
  const seconds = eventFileName(basename(path))?.seconds;
  const said = { tags: [], time: (seconds ?? 0) * 1000 };
  try {
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.alloc(headBytes);
      const { bytesRead } = await file.read(bytes, 0, headBytes, 0);
      const { points } = new EventFileReader().push(bytes.subarray(0, bytesRead), 0);
      const first = points.find(point => point.time > 0)?.time;
      const tags = [...new Set(points.map(point => point.key))];
      return { tags, time: seconds === undefined ? Math.floor(first ?? 0) : said.time };
    } finally {
      await file.close();
    }
  } catch {
    return said;
  }
}

function headerOf(
  group: FolderGroup,
  path: string,
  root: string,
  folders: ReadonlyMap<string, readonly string[]>,
  heads: ReadonlyMap<string, Head>,
  signal: AbortSignal | undefined,
): PastRunHeader {
  const own = new Map(group.folders.map(folder => [folder, folders.get(folder) ?? []]));
  const files = [...own.values()].flat();
  const end = unsaidEnd(files);
  const below = relative(path, group.root).split(sep).join('/');
  const id = below === '' || below.startsWith('..') ? basename(group.root) : below;
  const times = group.folders.map(folder => heads.get(folder)?.time ?? 0).filter(time => time > 0);
  const beside = group.folders.flatMap(folder => [join(folder, 'hparams.yaml'), join(folder, 'hparams.yml')]);
  return {
    id,
    identity: placeOfRun(group.root, root),
    startedAt: times.length === 0 ? 0 : Math.min(...times),
    logged: { files },
    fingerprint: fingerprintOf([end.mark, ...files, fingerprintOfPaths([...files, ...beside])]),
    read: () => readRun({ folders: own, name: id, end, signal }),
  };
}

async function readRun(run: EventRun): Promise<PastRun> {
  const found = new PointCollector();
  const places = placeFolders([...run.folders.keys()]);
  for (const [folder, files] of run.folders) {
    const place = places.get(folder) ?? { parts: [] };
    for (const [name, value] of parametersBeside(folder, ['hparams.yaml', 'hparams.yml'])) {
      if (!found.parameters.has(name)) found.parameters.set(name, value);
    }
    for (const file of files) {
      const read = await readEventFile(file, {
        media: piece => found.takeMedia({ ...piece, key: metricKey(place, piece.key) }, place.rank),
        ...(run.signal === undefined ? {} : { signal: run.signal }),
      });
      for (const series of read.series)
        found.takeSeries(metricKey(place, series.key), place.rank ?? null, series);
      for (const [name, value] of Object.entries(read.parameters)) found.parameters.set(name, value);
      for (const [name, value] of Object.entries(read.tags)) found.tags.set(name, value);
      for (const problem of read.problems) found.warn(`${basename(file)}: ${problem}`);
    }
  }
  const [first] = [...run.folders.values()].flat();
  const ended = endOf(run, found);
  return {
    name: run.name,
    argv: [],
    host: first === undefined ? undefined : eventFileName(basename(first))?.host,
    end: ended.end,
    parameters: Object.fromEntries(found.parameters),
    tags: Object.fromEntries(found.tags),
    datasets: [],
    models: [],
    series: found.series(),
    media: found.media,
    files: [],
    warnings: [...found.allWarnings(), ...ended.warnings],
  };
}

/** `add_hparams` says how a session ended; without it nobody does. */
function endOf(run: EventRun, found: PointCollector): ReturnType<typeof endAtRest> {
  const said = found.tags.get('hparams.status');
  if (said === 'success' || said === 'failure') {
    const at = found.lastTime ?? run.end.modifiedAt;
    return { end: { state: said === 'success' ? 'finished' : 'failed', at }, warnings: [] };
  }
  return endAtRest(run.end, found.lastTime, 'TensorBoard');
}
