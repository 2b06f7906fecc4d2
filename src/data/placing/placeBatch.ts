/**
 * Places a batch of files from the cache in a thread. A path that was free gets its file at once; one that is taken is
 * replaced in one step, by a file that is whole. What is copied is hashed on the way and never placed under a wrong
 * name; what is linked must at least be read-only, which is how verified objects are kept, and look as when it was last
 * proven. An object that is not what its name says is no longer read-only afterwards: nobody believes it any more.
 */
import { hash } from 'node:crypto';
import { chmodSync, linkSync, lstatSync, renameSync, rmSync, symlinkSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { systemErrorCode } from '../../base/systemError.ts';
import { looksChanged, lookWidth } from '../cache/linkedObjects.ts';
import type { LinkType } from '../dataRepository.ts';
import { copyHashed } from '../links/copyHashed.ts';
import { fallThrough, tryReflink } from '../links/reflink.ts';
import type { ObjectId } from '../objectId.ts';
import { splitPaths, type FileFailure } from '../workers/dataJobs.ts';
import { fileFailure, ownFailure } from '../workers/fileFailure.ts';
import type { MeterCounter } from '../workers/jobMeter.ts';
import { statAt, statWidth, writeStat } from '../walk/fileColumns.ts';
import { ownTemporary } from '../walk/ownTemporary.ts';
import { statOne } from '../walk/statBatch.ts';
import { copyObject } from './copyObject.ts';
import { inOneStep } from './inOneStep.ts';
import { missingOr, refuseCorrupt, type Placing } from './placing.ts';
import { RealFolders } from './realFolders.ts';
import { refuseChanged } from './removeBatch.ts';

export interface PlaceBatch {
  /** Absolute and real, without a slash behind it. */
  readonly root: string;
  /** Relative to the root. */
  readonly paths: string;
  /** 16 bytes for each path. */
  readonly md5s: Uint8Array;
  readonly algorithm: ObjectId['algorithm'];
  /** Absolute: where the two letters of the hash begin, with a slash behind it. */
  readonly objects: string;
  /** `statWidth` numbers of what is there now, which may be replaced; zeros where nothing is. */
  readonly before: Float64Array;
  /** 1 for a file that is there and has other content than it is to have. */
  readonly differs: Uint8Array;
  /** `lookWidth` numbers for each: how its object looked when it was last proven. */
  readonly looks: Float64Array;
  /** What is there may be replaced whatever it has become. */
  readonly force: boolean;
  /** 1 for a file that its owner may execute. */
  readonly executable: Uint8Array;
  /** Of a new file, by the umask. */
  readonly fileMode: number;
  /** In this order, `copy` when all others fail. */
  readonly links: readonly LinkType[];
  /** Copies are told by their sha256 and not compared with the names of their objects: the caller knows what they have to be. */
  readonly tellSha256: boolean;
}

export interface PlacedBatch {
  /** `statWidth` numbers for each file as it is now; zeros for one that failed. */
  readonly stats: Float64Array;
  /** Index into `linkTypes` for each. */
  readonly links: Uint8Array;
  /** `sha256Width` bytes for each file where they were asked for; zeros for what was not copied. */
  readonly sha256s?: Uint8Array;
  /** Beside those of the system: `missing`, `corrupt` (its message is the hash that was found), `changed`, `parent-is-link`. */
  readonly failures: readonly FileFailure[];
}

export const linkTypes: readonly LinkType[] = ['reflink', 'hardlink', 'symlink', 'copy'];

export const sha256Width = 32;

const emptyMd5 = hash('md5', '', 'buffer');

export async function placeBatch(batch: PlaceBatch, counter: MeterCounter): Promise<PlacedBatch> {
  const paths = splitPaths(batch.paths);
  const stats = new Float64Array(statWidth * paths.length);
  const links = new Uint8Array(paths.length);
  const sha256s = batch.tellSha256 ? new Uint8Array(sha256Width * paths.length) : undefined;
  const failures: FileFailure[] = [];
  const folders = new RealFolders(batch.root);
  for (const [index, path] of paths.entries()) {
    if (counter.stopped) break;
    try {
      folders.makeParent(path);
      const at = index * statWidth;
      const take: Pick<Placing, 'look' | 'takeSha256'> = {
        look: made => writeStat(stats, index, made),
        takeSha256: sha256s && (sha256 => sha256s.set(sha256, index * sha256Width)),
      };
      links[index] = linkTypes.indexOf(await placeOne(batch, path, index, counter, take));
      // What was replaced, or verified and marked so, has other times now.
      if (stats[at + statAt.mode] === 0 || batch.before[at + statAt.mode] !== 0)
        statOne(`${batch.root}/${path}`, stats, index);
    } catch (error) {
      stats.fill(0, index * statWidth, (index + 1) * statWidth);
      if (systemErrorCode(error) === 'corrupt') distrust(objectPath(batch, index));
      failures.push(fileFailure(index, error));
    }
    counter.add(1, 0);
  }
  return { stats, links, ...(sha256s === undefined ? {} : { sha256s }), failures };
}

function objectPath({ objects, md5s }: PlaceBatch, index: number): string {
  const hex = Buffer.from(md5s.buffer, md5s.byteOffset + index * 16, 16).toString('hex');
  return `${objects}${hex.slice(0, 2)}/${hex.slice(2)}`;
}

/** Only read-only objects are believed, by DVC, too. The cache of somebody else stays as it is. */
function distrust(object: string): void {
  try {
    chmodSync(object, 0o644);
  } catch {
    // It is told as corrupt all the same.
  }
}

async function placeOne(
  batch: PlaceBatch,
  path: string,
  index: number,
  counter: MeterCounter,
  take: Pick<Placing, 'look' | 'takeSha256'>,
): Promise<LinkType> {
  const target = `${batch.root}/${path}`;
  const replaces = batch.before[index * statWidth + statAt.mode] !== 0;
  const placing: Placing = {
    batch,
    object: objectPath(batch, index),
    md5: batch.md5s.subarray(index * 16, index * 16 + 16),
    made: replaces ? target.slice(0, target.lastIndexOf('/') + 1) + ownTemporary() : target,
    replaces,
    executable: batch.executable[index] === 1,
    differing: batch.differs[index] === 1 ? (batch.before[index * statWidth + statAt.inode] ?? 0) : 0,
    looks: batch.looks.subarray(index * lookWidth, (index + 1) * lookWidth),
    ...take,
  };
  const link = await makeFile(placing, counter);
  if (!replaces) return link;
  try {
    if (!batch.force) refuseChanged(target, batch.before, index);
    renameSync(placing.made, target);
    // A name of the same file as before is not renamed over it.
    if (link === 'hardlink') rmSync(placing.made, { force: true });
  } catch (error) {
    rmSync(placing.made, { force: true });
    throw error;
  }
  return link;
}

async function makeFile(placing: Placing, counter: MeterCounter): Promise<LinkType> {
  for (const type of placing.batch.links) {
    // An executable is a copy: the object is never executable. An empty file is not worth one of its links.
    if (type === 'copy') break;
    if (type !== 'reflink' && (placing.executable || Buffer.compare(placing.md5, emptyMd5) === 0)) continue;
    const isMade =
      type === 'reflink'
        ? await inOneStep(placing, one => reflink(one, counter))
        : await link(placing, type, counter);
    if (isMade) return type;
  }
  await inOneStep(placing, async one => {
    await copyObject(one, counter);
    return true;
  });
  return 'copy';
}

async function reflink(placing: Placing, counter: MeterCounter): Promise<boolean> {
  const { batch, object, made } = placing;
  try {
    if (!tryReflink(object, made, `${batch.objects}\0${batch.root}`)) return false;
  } catch (error) {
    throw missingOr(error, object);
  }
  try {
    const found = lstatSync(made);
    await verifyDoubtful(placing, made, found, counter);
    chmodSync(made, batch.fileMode | (placing.executable ? 0o100 : 0));
    counter.add(0, found.size);
    return true;
  } catch (error) {
    rmSync(made, { force: true });
    throw error;
  }
}

/** False where the system does not allow the link. What is linked is looked at once it is: one look less for each file. */
async function link(placing: Placing, type: 'hardlink' | 'symlink', counter: MeterCounter): Promise<boolean> {
  const { object, made } = placing;
  try {
    if (type === 'hardlink') linkSync(object, made);
    else symlinkSync(object, made, 'file');
  } catch (error) {
    if (fallThrough.has(systemErrorCode(error))) return false;
    throw missingOr(error, object);
  }
  try {
    const found = type === 'hardlink' ? lstatSync(made) : lstatSync(object, { throwIfNoEntry: false });
    if (found?.isFile() !== true) throw ownFailure('missing', 'it is not in the cache');
    const believed = await verifyDoubtful(placing, object, found, counter);
    if (type === 'hardlink' && believed) placing.look(found);
    counter.add(0, found.size);
    return true;
  } catch (error) {
    rmSync(made, { force: true });
    throw error;
  }
}

/**
 * An object that is not read-only, or empty without being that of nothing, or that was written to through a link, is
 * read before it is believed. True where that was not needed.
 */
async function verifyDoubtful(
  placing: Placing,
  path: string,
  found: Stats,
  counter: MeterCounter,
): Promise<boolean> {
  const isEmpty = Buffer.compare(placing.md5, emptyMd5) === 0;
  const isChanged = placing.differing === found.ino || looksChanged(placing.looks, 0, found);
  if ((found.mode & 0o777) === 0o444 && (found.size === 0) === isEmpty && !isChanged) return true;
  const handle = await open(path, 'r');
  try {
    refuseCorrupt(await copyHashed(handle, undefined, placing.batch.algorithm, counter), placing.md5);
    // Verified now, as DVC marks it; the cache of somebody else stays as it is.
    if (path === placing.object) await handle.chmod(0o444).catch(() => undefined);
    return false;
  } finally {
    await handle.close();
  }
}
