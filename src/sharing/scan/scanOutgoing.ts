/**
 * Looks at everything that a push would send and the remote does not have, object by object: the record, the files of
 * the snapshot, and commits that were not pushed before. Nothing leaves before this has been read.
 */
import type { Repository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import { personContext } from '../record/sharedRepository.ts';
import type { ShareTask } from '../shareTask.ts';
import { findSecrets, secretByName } from './findSecrets.ts';

export interface Finding {
  /** In the snapshot, relative to the root; of the record `record/…`. */
  readonly path: string;
  /** From 1; absent where the file as a whole is meant. */
  readonly line?: number;
  readonly what: string;
}

export interface OutgoingScan {
  readonly secrets: readonly Finding[];
  /** Over what the usual hosts take. */
  readonly tooLarge: readonly Finding[];
  /** Larger than hosts advise: told, not refused. */
  readonly large: readonly Finding[];
  readonly objects: number;
  /** Uncompressed. */
  readonly bytes: number;
}

/** GitHub: 100 MB an object at most, 1 MB advised, 2 GB a push. */
const hardBytes = 100 * 1024 * 1024;
const advisedBytes = 1024 * 1024;
export const pushBytes = 2 * 1024 * 1024 * 1024;
/** Of a large file so much is read: secrets stand in text, and text is small. */
const readBytes = 4 * 1024 * 1024;
const batchBytes = 32 * 1024 * 1024;
const mostFindings = 200;

/** @param present Commits that the remote has. */
export async function scanOutgoing(
  repository: Repository,
  commit: string,
  present: readonly string[],
  task: ShareTask,
): Promise<OutgoingScan> {
  const blobs = await outgoingBlobs(repository, commit, present, task);
  const scan = { secrets: [] as Finding[], tooLarge: [] as Finding[], large: [] as Finding[], bytes: 0 };
  let batch: OutgoingBlob[] = [];
  let inBatch = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) scan.secrets.push(...(await readBatch(repository, batch, task)));
    batch = [];
    inBatch = 0;
  };
  for (const blob of blobs) {
    const { path, size } = blob;
    scan.bytes += size;
    const named = secretByName(path);
    if (named !== undefined) scan.secrets.push({ path, what: named.what });
    if (size > hardBytes) scan.tooLarge.push({ path, what: `${Math.round(size / 1e6)} MB` });
    else if (size > advisedBytes && !path.startsWith('record/'))
      scan.large.push({ path, what: `${(size / 1e6).toFixed(1)} MB` });
    if (named !== undefined || size === 0 || size > readBytes) continue;
    batch.push(blob);
    inBatch += size;
    if (inBatch > batchBytes) await flush();
    if (scan.secrets.length > mostFindings) break;
  }
  await flush();
  return { ...scan, objects: blobs.length };
}

interface OutgoingBlob {
  readonly id: string;
  readonly path: string;
  readonly size: number;
}

async function outgoingBlobs(
  repository: Repository,
  commit: string,
  present: readonly string[],
  task: ShareTask,
): Promise<OutgoingBlob[]> {
  const context = personContext(repository, task);
  const known = await existing(repository, present, task);
  const input = [commit, ...known.map(id => `^${id}`)].map(line => `${line}\n`).join('');
  const listed = await runGit(context, ['rev-list', '--objects', '--stdin'], { input });
  const paths = new Map<string, string>();
  for (const line of listed.stdout.toString('utf8').split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) paths.set(line.slice(0, space), line.slice(space + 1));
  }
  if (paths.size === 0) return [];
  const sizes = await runGit(context, ['cat-file', '--batch-check'], {
    input: [...paths.keys()].map(id => `${id}\n`).join(''),
  });
  const blobs: OutgoingBlob[] = [];
  for (const line of sizes.stdout.toString('latin1').split('\n')) {
    const match = /^([0-9a-f]+) blob (\d+)$/.exec(line);
    if (match !== null)
      blobs.push({ id: match[1] ?? '', path: paths.get(match[1] ?? '') ?? '', size: Number(match[2]) });
  }
  return blobs;
}

/** Those of the commits that are here: git can leave out only what it knows. */
async function existing(
  repository: Repository,
  commits: readonly string[],
  task: ShareTask,
): Promise<string[]> {
  if (commits.length === 0) return [];
  const { stdout } = await runGit(personContext(repository, task), ['cat-file', '--batch-check'], {
    input: [...new Set(commits)].map(id => `${id}\n`).join(''),
  });
  return stdout
    .toString('latin1')
    .split('\n')
    .flatMap(line => /^([0-9a-f]+) (?:commit|tag) /.exec(line)?.[1] ?? []);
}

async function readBatch(
  repository: Repository,
  blobs: readonly OutgoingBlob[],
  task: ShareTask,
): Promise<Finding[]> {
  const { stdout } = await runGit(personContext(repository, task), ['cat-file', '--batch'], {
    input: blobs.map(({ id }) => `${id}\n`).join(''),
  });
  const findings: Finding[] = [];
  let at = 0;
  for (const { path, size } of blobs) {
    const from = stdout.indexOf(10, at) + 1;
    const bytes = stdout.subarray(from, from + size);
    at = from + size + 1;
    // Not text.
    if (bytes.subarray(0, 8000).includes(0)) continue;
    for (const { line, what } of findSecrets(bytes.toString('utf8'))) findings.push({ path, line, what });
  }
  return findings;
}
