/**
 * Looks at everything that a push would send and the remote does not have, object by object: the record, the files of
 * the snapshot, and commits that were not pushed before. Nothing leaves before this has been read.
 */
import { setImmediate } from 'node:timers/promises';
import type { Repository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import { personContext } from '../record/sharedRepository.ts';
import type { ShareTask } from '../shareTask.ts';
import { secretByName, type FoundSecret } from './findSecrets.ts';
import { lookForSecrets } from './lookForSecrets.ts';
import { unpackRoom, type UnpackRoom } from './unpack.ts';

export interface Finding {
  /** In the snapshot, relative to the root; of the record `record/…`; `commit <id>` for its message. */
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
  /** Packed files that were not looked into, or not wholly; why. */
  readonly unread: readonly Finding[];
  readonly objects: number;
  /** Uncompressed. */
  readonly bytes: number;
}

/** GitHub: 100 MB an object at most, 1 MB advised, 2 GB a push. */
const hardBytes = 100 * 1024 * 1024;
const advisedBytes = 1024 * 1024;
export const pushBytes = 2 * 1024 * 1024 * 1024;
const batchBytes = 32 * 1024 * 1024;
const mostFindings = 200;

export interface ScanRequest {
  /** What would be sent, with all that it stands on. */
  readonly commit: string;
  /** Commits that the remote has. */
  readonly present: readonly string[];
  /** Paths that a person has looked at: neither read nor counted. */
  readonly allowed: ReadonlySet<string>;
}

/** Once there is much to find, the search ends; what it found is then never empty. */
export async function scanOutgoing(
  repository: Repository,
  { commit, present, allowed }: ScanRequest,
  task: ShareTask,
): Promise<OutgoingScan> {
  const { blobs, commits } = await outgoingObjects(repository, commit, present, task);
  const scan = {
    ...{ secrets: [] as Finding[], tooLarge: [] as Finding[], large: [] as Finding[] },
    ...{ unread: [] as Finding[], bytes: 0 },
  };
  const room = unpackRoom();
  let batch: OutgoingObject[] = [];
  let inBatch = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await readBatch(repository, batch, { ...scan, room }, task);
    batch = [];
    inBatch = 0;
  };
  for (const one of [...commits, ...blobs]) {
    const { path, size, type } = one;
    scan.bytes += size;
    if (size > advisedBytes && size <= hardBytes && !path.startsWith('record/'))
      scan.large.push({ path, what: `${(size / 1e6).toFixed(1)} MB` });
    if (allowed.has(path) || size === 0) continue;
    const named = type === 'blob' ? secretByName(path) : undefined;
    if (named !== undefined) scan.secrets.push({ path, what: named.what });
    if (size > hardBytes) scan.tooLarge.push({ path, what: `${Math.round(size / 1e6)} MB` });
    if (named !== undefined || size > hardBytes || scan.secrets.length > mostFindings) continue;
    if (inBatch + size > batchBytes) await flush();
    batch.push(one);
    inBatch += size;
  }
  await flush();
  return { ...scan, objects: blobs.length };
}

interface OutgoingObject {
  readonly id: string;
  readonly type: 'blob' | 'commit';
  readonly path: string;
  /** Uncompressed, in bytes. */
  readonly size: number;
}

async function outgoingObjects(
  repository: Repository,
  commit: string,
  present: readonly string[],
  task: ShareTask,
): Promise<{ readonly blobs: readonly OutgoingObject[]; readonly commits: readonly OutgoingObject[] }> {
  const context = personContext(repository, task);
  const known = await existing(repository, present, task);
  const input = [commit, ...known.map(id => `^${id}`)].map(line => `${line}\n`).join('');
  const listed = await runGit(context, ['rev-list', '--objects', '--stdin'], { input });
  const paths = new Map<string, string>();
  for (const line of listed.stdout.toString('utf8').split('\n')) {
    const [, id = '', path = ''] = /^([0-9a-f]+)(?: (.*))?$/s.exec(line) ?? [];
    if (id !== '') paths.set(id, path);
  }
  const sizes = await runGit(context, ['cat-file', '--batch-check'], {
    input: [...paths.keys()].map(id => `${id}\n`).join(''),
  });
  const blobs: OutgoingObject[] = [];
  const commits: OutgoingObject[] = [];
  for (const line of sizes.stdout.toString('latin1').split('\n')) {
    const [, id = '', type = '', size = ''] = /^([0-9a-f]+) (blob|commit) (\d+)$/.exec(line) ?? [];
    if (type === 'blob') blobs.push({ id, type, path: paths.get(id) ?? '', size: Number(size) });
    if (type === 'commit') commits.push({ id, type, path: `commit ${id.slice(0, 12)}`, size: Number(size) });
  }
  return { blobs, commits };
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
  objects: readonly OutgoingObject[],
  scan: { readonly secrets: Finding[]; readonly unread: Finding[]; readonly room: UnpackRoom },
  task: ShareTask,
): Promise<void> {
  const { stdout } = await runGit(personContext(repository, task), ['cat-file', '--batch'], {
    input: objects.map(({ id }) => `${id}\n`).join(''),
  });
  let at = 0;
  for (const { path, size, type } of objects) {
    // Looking is one long calculation: a key press is heard between two files.
    await setImmediate();
    task.signal?.throwIfAborted();
    const from = stdout.indexOf(10, at) + 1;
    const bytes = stdout.subarray(from, from + size);
    at = from + size + 1;
    const { secrets, unread } = lookForSecrets(path, bytes, scan.room);
    if (unread !== undefined) scan.unread.push({ path, what: unread });
    for (const found of secrets) scan.secrets.push({ path, ...placed(found, type) });
    if (scan.secrets.length > mostFindings) return;
  }
}

/** The lines of a commit's text are nobody's; its message is one thing. */
function placed({ line, what }: FoundSecret, type: OutgoingObject['type']): Omit<Finding, 'path'> {
  return line === 0 || type === 'commit' ? { what } : { line, what };
}
