/** Writes the index whole under another name and renames it; whoever has just read many runs does, and the last one wins. */
import { randomBytes } from 'node:crypto';
import { mkdir, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Pause } from './pause.ts';
import {
  flagsOf,
  indexTitle,
  newHeading,
  rowsPerBlock,
  runIndexPath,
  type RowFlags,
} from './runIndexFormat.ts';
import type { StorePath } from './runPaths.ts';
import type { RunStamps } from './runStamps.ts';

export interface StoredRow extends RowFlags {
  readonly stamps: RunStamps;
  /** See summaryText.ts; bytes are UTF-8. */
  readonly text: string | Buffer;
}

/** What the index is made of. */
export interface IndexContent {
  /** All runs, newest last; those without a row must be read. */
  readonly ids: readonly string[];
  readonly row: (id: string, place: number) => StoredRow | undefined;
  /** Shard → modification time of its folder when these were its ids. */
  readonly shards: ReadonlyMap<string, number>;
}

const unknownRow: RowFlags = { archived: false, plain: true, child: false };

/** Replaces the index. A failure (full disk, read-only store) is silent: the index is only there to save time. */
export async function writeRunIndex(
  store: StorePath,
  { ids, row, shards }: IndexContent,
  pause: Pause,
): Promise<void> {
  const path = runIndexPath(store);
  const temporary = join(dirname(path), `.runs.${randomBytes(6).toString('hex')}.tmp`);
  const { bytes, heading } = newHeading(ids.join(''), [...shards.keys()].join(''));
  heading.shardTimes.set([...shards.values()]);
  const blocks: Buffer[] = [];
  let end = 0;
  // Neighbours in a list are neighbours in the file.
  for (let from = 0; from < ids.length; from += rowsPerBlock) {
    const texts: (string | Buffer)[] = [];
    ids.slice(from, from + rowsPerBlock).forEach((id, offset) => {
      const found = row(id, from + offset);
      const { folder = -1, annotations = 0, verdicts = 0 } = found?.stamps ?? {};
      heading.stamps.set([folder, annotations, verdicts], (from + offset) * 3);
      heading.flags[from + offset] = flagsOf(found ?? unknownRow);
      const text = found?.text ?? '';
      end += Buffer.byteLength(text);
      heading.rowEnds[from + offset] = end;
      texts.push(text);
    });
    const block = joined(texts);
    heading.blockSums[blocks.length] = crc32(block);
    blocks.push(block);
    if (pause.due) await pause.take();
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, [indexTitle(bytes), bytes, ...blocks], { flag: 'wx' });
    await rename(temporary, path);
  } catch {
    await unlink(temporary).catch(() => undefined);
  }
}

function joined(texts: readonly (string | Buffer)[]): Buffer {
  if (texts.every(text => typeof text === 'string')) return Buffer.from(texts.join(''), 'utf8');
  return Buffer.concat(texts.map(text => (typeof text === 'string' ? Buffer.from(text, 'utf8') : text)));
}
