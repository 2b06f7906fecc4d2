/** Writes the images, texts and histograms of a past run: bytes into files of their own, then the lines that name them. */
import { appendFileSync, copyFileSync, lstatSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { MediaEntry } from '../runs/media.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { mediaEnding } from '../tracking/mediaEnding.ts';
import { imagesFolder, loggedImage } from '../tracking/mlflow/loggedImages.ts';
import { safeRelativePath } from '../tracking/files/safeRelativePath.ts';
import { copyLimitBytes } from './copyPastFiles.ts';
import type { PastMedia } from './pastRun.ts';

/** Lines are gathered up to this many characters. */
const gathered = 1_000_000;

/** The artifacts are in place already: pictures that MLflow put there are media, too. Resolves with warnings. */
export async function writePastMedia(paths: RunPaths, pieces: readonly PastMedia[]): Promise<string[]> {
  let lines = '';
  let left = copyLimitBytes;
  let missing = 0;
  const add = (entry: MediaEntry): void => {
    lines += `${JSON.stringify(entry)}\n`;
    if (lines.length > gathered) flush();
  };
  const flush = (): void => {
    if (lines !== '') appendFileSync(paths.media, lines);
    lines = '';
  };
  for (const [place, { bytes, file, from, ...piece }] of pieces.entries()) {
    if (bytes === undefined && file === undefined) {
      add(piece);
      continue;
    }
    mkdirSync(paths.mediaFiles, { recursive: true });
    const ending = mediaEnding(piece.mediaType) ?? /\.[a-z0-9]{1,8}$/i.exec(file ?? '')?.[0] ?? '.bin';
    const name = `${String(place).padStart(6, '0')}${ending}`;
    const target = join(paths.mediaFiles, name);
    if (bytes !== undefined) writeFileSync(target, bytes);
    else {
      const size = copySource(from, file, target, left);
      if (size === undefined) {
        missing++;
        continue;
      }
      left -= size;
    }
    add({ ...piece, file: `media/${name}` });
  }
  for (const name of (await readdir(join(paths.artifacts, imagesFolder)).catch(() => [])).sort()) {
    const image = loggedImage(name);
    if (image !== undefined) add({ ...image, file: `artifacts/${imagesFolder}/${name}` });
  }
  flush();
  if (missing === 0) return [];
  return [`${missing} logged files are missing beside what names them, or too large, and were not copied`];
}

/** Bytes copied; undefined for what is no plain file below `from`, or larger than `most`. */
function copySource(
  from: string | undefined,
  file: string | undefined,
  target: string,
  most: number,
): number | undefined {
  const relative = file === undefined ? undefined : safeRelativePath(file);
  if (from === undefined || relative === undefined) return undefined;
  const source = join(from, ...relative.split('/'));
  const stats = lstatSync(source, { throwIfNoEntry: false });
  if (stats?.isFile() !== true || stats.size > most) return undefined;
  // A folder on the way may be a link that leads elsewhere.
  if (!realpathSync(source).startsWith(realpathSync(from) + sep)) return undefined;
  copyFileSync(source, target);
  return stats.size;
}
