/**
 * The run that a folder of DVCLive holds. The next one that is not resumed overwrites it, so the record is told from
 * others by the folder and the start together.
 */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorText } from '../../base/systemError.ts';
import { headBytes, readerFor } from '../../tracking/detectSource.ts';
import { fingerprintOf, fingerprintOfPaths } from '../fingerprint.ts';
import type { PastRuns } from '../pastRun.ts';
import { entriesOf, filesBelow } from '../smallFiles.ts';
import { placeOfRun } from './placeOfRun.ts';
import { PointCollector } from './pointCollector.ts';
import { endAtRest, unsaidEnd } from './unsaidEnd.ts';

/** Tables and images; a larger one is none of DVCLive's. */
const largestFile = 256 * 1024 * 1024;

/** @param path The folder that DVCLive writes, or one that holds it as `dvclive`. */
// eslint-disable-next-line @typescript-eslint/require-await -- rejects where reading throws
export async function openDvcLive(
  path: string,
  root: string,
  signal: AbortSignal | undefined,
): Promise<PastRuns> {
  const folder = liveFolder(path);
  const close = (): Promise<void> => Promise.resolve();
  if (folder === undefined) return { runs: [], skipped: [], close };
  const files = [
    ...filesBelow(join(folder, 'plots')).files.map(({ name }) => `plots/${name}`),
    'metrics.json',
    'params.yaml',
  ];
  const found = new PointCollector();
  let read = 0;
  let born = Number.POSITIVE_INFINITY;
  const times = new Set<number>();
  for (const name of files) {
    signal?.throwIfAborted();
    const file = join(folder, ...name.split('/'));
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isFile() !== true) continue;
    born = Math.min(born, stats.birthtimeMs > 0 ? stats.birthtimeMs : stats.mtimeMs);
    times.add(stats.mtimeMs);
    if (takeFile(found, folder, name, stats)) read++;
  }
  if (read === 0) return { runs: [], skipped: [], close };
  // Points have a time of their own only where the program asked for it.
  const first = found.firstTime;
  const startedAt = Math.floor(first !== undefined && !times.has(first) ? first : born);
  const all = files.map(name => join(folder, ...name.split('/')));
  const end = unsaidEnd(all);
  const tables = files.filter(name => /^plots\/metrics\/.*\.tsv$/.test(name));
  const logged = (tables.length > 0 ? tables : ['metrics.json']).map(name =>
    join(folder, ...name.split('/')),
  );
  const ended = endAtRest(end, found.lastTime, 'DVCLive');
  const name = basename(folder) === 'dvclive' ? basename(dirname(folder)) : basename(folder);
  const place = placeOfRun(folder, root);
  return {
    runs: [
      {
        id: place,
        identity: place,
        startedAt,
        logged: { files: logged, modifiedAt: end.modifiedAt },
        fingerprint: fingerprintOf([end.mark, fingerprintOfPaths([...all, join(folder, 'artifacts')])]),
        read: () =>
          Promise.resolve({
            name,
            argv: [],
            ...(ended.end === undefined ? {} : { end: ended.end }),
            parameters: Object.fromEntries(found.parameters),
            tags: Object.fromEntries(found.tags),
            datasets: [],
            models: [],
            series: found.series(),
            media: found.media,
            files: ['artifacts', 'plots/sklearn', 'plots/custom'].map(part => ({
              from: join(folder, ...part.split('/')),
              to: part === 'artifacts' ? part : `artifacts/${part}`,
            })),
            warnings: [...found.allWarnings(), ...ended.warnings],
          }),
      },
    ],
    skipped: [],
    close,
  };
}

function liveFolder(path: string): string | undefined {
  const names = new Set(entriesOf(path).map(entry => entry.name));
  if (names.has('metrics.json') || names.has('plots')) return path;
  return names.has('dvclive') ? liveFolder(join(path, 'dvclive')) : undefined;
}

/** False for a file that is none of DVCLive's. */
function takeFile(
  found: PointCollector,
  folder: string,
  name: string,
  { size, mtimeMs }: { readonly size: number; readonly mtimeMs: number },
): boolean {
  if (size > largestFile) {
    found.warn(`${name} is larger than 256 MiB and was left out`);
    return false;
  }
  let content: Buffer;
  try {
    content = readFileSync(join(folder, ...name.split('/')));
  } catch (error) {
    found.warn(`${name} could not be read: ${errorText(error)}`);
    return false;
  }
  // The folder may have any name; inside it the names are DVCLive's own.
  const beside = (path: string): boolean =>
    path === 'plots/metrics' || statSync(join(folder, path), { throwIfNoEntry: false }) !== undefined;
  const source = readerFor(`dvclive/${name}`, content.subarray(0, headBytes), { beside });
  if (source?.form !== 'rewritten' || !source.kind.startsWith('dvclive')) return false;
  for (;;) {
    const piece = source.reader.read(content, mtimeMs, true);
    found.take(piece, name);
    if (piece.more !== true) return true;
  }
}
