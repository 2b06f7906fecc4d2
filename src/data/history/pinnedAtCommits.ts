/** What a path was pinned to at each of some commits: two processes of git, however many commits there are. */
import { runGit, type GitContext } from '../../git/runGit.ts';
import { objectText, type ObjectCache } from '../cache/objectCache.ts';
import { readLfsPointer } from '../lfs/lfsPointer.ts';
import { isFolderObject, type ObjectId } from '../objectId.ts';
import { readPinFile } from '../pins/readPinFile.ts';
import { blobTexts } from '../sync/changedBlobs.ts';
import type { TouchingCommit } from './commitsTouching.ts';
import type { PinCandidate } from './pinCandidates.ts';

export interface PinnedThen {
  /** `md5:<hex>[.dir]` or `sha256:<hex>`. */
  readonly pinned: string;
  /** Of DVC's pins. */
  readonly object?: ObjectId;
  readonly size?: number;
  readonly files?: number;
  /** Relative to the top of git. */
  readonly pinFile: string;
}

export interface PinQuestion {
  /** Relative to the top of git. */
  readonly path: string;
  /** Where the data repository lies in it, '' or with a slash behind it. */
  readonly prefix: string;
  /** For files in pinned folders. */
  readonly cache?: ObjectCache;
}

/** Commit id → what it pins; commits that do not pin the path are left out. */
export async function pinnedAtCommits(
  context: GitContext,
  commits: readonly TouchingCommit[],
  candidates: readonly PinCandidate[],
  question: PinQuestion,
): Promise<ReadonlyMap<string, PinnedThen>> {
  const files = candidates.flatMap(candidate => candidate.files).filter(file => !/[\n\r]/.test(file));
  const names = commits.flatMap(({ id }) => files.map(file => `${id}:${file}`));
  const blobs = await blobsOf(context, names);
  const texts = await blobTexts(context, [...new Set(blobs.values())]);
  const found = new Map<string, PinnedThen>();
  for (const { id } of commits) {
    const textAt = (file: string): string | undefined => texts.get(blobs.get(`${id}:${file}`) ?? '');
    for (const candidate of candidates) {
      const then = await pinnedBy(candidate, textAt, question);
      if (then === undefined) continue;
      found.set(id, then);
      break;
    }
  }
  return found;
}

/** `<commit>:<path>` → blob id, of small files alone. */
async function blobsOf(context: GitContext, names: readonly string[]): Promise<Map<string, string>> {
  const blobs = new Map<string, string>();
  if (names.length === 0) return blobs;
  const input = names.map(name => `${name}\n`).join('');
  const { stdout } = await runGit(context, ['cat-file', '--batch-check'], { input });
  for (const [place, line] of stdout.toString('latin1').split('\n').entries()) {
    const match = /^(\w+) blob (\d+)$/.exec(line);
    const name = names[place];
    if (match !== null && name !== undefined && Number(match[2]) <= textLimit)
      blobs.set(name, match[1] ?? '');
  }
  return blobs;
}

/** A pin file beyond this is read for a status, not for each commit of a history. */
const textLimit = 4 * 1024 * 1024;

async function pinnedBy(
  { kind, files }: PinCandidate,
  textAt: (file: string) => string | undefined,
  question: PinQuestion,
): Promise<PinnedThen | undefined> {
  const [file = '', lock = ''] = files;
  const text = textAt(file);
  if (text === undefined) return undefined;
  if (kind === 'lfs') {
    const pointer = readLfsPointer(Buffer.from(text));
    return pointer && { pinned: `sha256:${pointer.oid}`, size: pointer.size, pinFile: file };
  }
  const { path, prefix, cache } = question;
  const own = path.slice(prefix.length);
  const { outputs } = readPinFile(text, file.slice(prefix.length), textAt(lock));
  const output = outputs.find(one => one.path === own || own.startsWith(`${one.path}/`));
  if (output?.object === undefined) return undefined;
  const { object, size, files: count } = output;
  const whole: PinnedThen = {
    ...{ pinned: objectText(object), object, pinFile: file },
    ...(size === undefined ? {} : { size }),
    ...(count === undefined ? {} : { files: count }),
  };
  if (output.path === own || !isFolderObject(object) || cache === undefined) return whole;
  const listing = await cache.readListing(object).catch(() => undefined);
  if (listing === undefined) return whole;
  const inside = own.slice(output.path.length + 1);
  const md5 = listing.files.find(one => one.relativePath === inside)?.md5;
  if (md5 === undefined) return undefined;
  const inner: ObjectId = { algorithm: object.algorithm, value: md5 };
  const found = await cache.look(inner);
  return {
    ...{ pinned: objectText(inner), object: inner, pinFile: file },
    ...(found === undefined ? {} : { size: found.size }),
  };
}
