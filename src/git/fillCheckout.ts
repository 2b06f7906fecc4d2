/**
 * Fills a folder with one recorded repository state: own git folder over shared objects, HEAD and its branch, then the files with
 * every conversion off, so that the bytes on disk are those of the record.
 */
import { appendFile, copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../base/systemError.ts';
import type { SnapshotGap } from '../runs/plan.ts';
import { branchOfCheckout } from './branchOfCheckout.ts';
import { bytePathOfRecord } from './bytePath.ts';
import { copyObjects } from './copyObjects.ts';
import { objectMissing } from './errors.ts';
import { ownIdentity } from './ownIdentity.ts';
import { openHeldFile } from './openHeldFile.ts';
import type { Repository } from './findRepository.ts';
import { runGit, type GitContext } from './runGit.ts';
import { snapshotStoreOf } from './snapshotStore.ts';

/** The part of a record that a checkout is made from; a repository's and a submodule's have it both. */
export interface RecordedState {
  readonly head?: string | undefined;
  readonly branch?: string | undefined;
  readonly headCommitText?: string | undefined;
  readonly headCommitBase64?: string | undefined;
  readonly headTree?: string | undefined;
  readonly tree: string;
  readonly gaps?: readonly SnapshotGap[] | undefined;
  readonly settings?: Readonly<Record<string, string>> | undefined;
  readonly remotes?: Readonly<Record<string, string>> | undefined;
  /** Ref prefixes to take over; branches, remote-tracking branches and tags when absent. */
  readonly refs?: readonly string[] | undefined;
}

export interface FillTask extends Pick<GitContext, 'environment' | 'signal'> {
  /** Instead of all objects of `source`: a copy of those of the state. No ref, no ignore rule of the person's comes along. */
  readonly ownObjects?: boolean | undefined;
}

/** `target` is made when missing and holds nothing yet. `source` is only read. */
export async function fillCheckout(
  source: Repository,
  target: string,
  state: RecordedState,
  { ownObjects = false, ...task }: FillTask,
): Promise<void> {
  const gitDir = join(target, '.git');
  const here: GitContext = {
    ...task,
    repository: { root: target, gitDir, explicit: true },
    settings: checkoutSettings,
  };
  await mkdir(target, { recursive: true });
  const [refs, identity] = await Promise.all([
    readRefs(source, ownObjects ? [] : (state.refs ?? sharedRefs), task),
    ownObjects ? new Map<string, string>() : ownIdentity(source, task),
    initialise(here, source),
  ]);
  await mkdir(join(gitDir, 'info'), { recursive: true });
  await mkdir(join(gitDir, 'objects', 'info'), { recursive: true });
  const folders = await objectFolders(source.commonDir);
  await Promise.all([
    ...(ownObjects
      ? [copyObjects(here, folders, state)]
      : [
          writeFile(
            join(gitDir, 'objects', 'info', 'alternates'),
            folders.map(folder => `${folder}\n`).join(''),
          ),
          copyIfThere(join(source.commonDir, 'shallow'), join(gitDir, 'shallow')),
        ]),
    writeFile(join(gitDir, 'packed-refs'), refs),
    appendFile(join(gitDir, 'config'), configuration(state, identity)),
    writeFile(join(gitDir, 'info', 'attributes'), unconvertedAttributes),
  ]);
  const branch = branchOfCheckout(state.branch, refs);
  if (state.head !== undefined) await placeHead(here, gitDir, state.head, state);
  if (branch !== undefined) await nameBranch(gitDir, branch, state.head);
  await runGit(here, ['read-tree', '--reset', '-u', state.tree]);
  // The index says HEAD, as before a run: `git diff` and `git status` then show the changes as changes.
  await indexOfHead(here, state);
  await writeHeldFiles(here, target, state.gaps ?? []);
  await rm(join(gitDir, 'info', 'attributes'));
  if (ownObjects) return;
  for (const name of ['attributes', 'exclude'])
    await copyIfThere(join(source.commonDir, 'info', name), join(gitDir, 'info', name));
}

/** What HEAD held may not have come along with a shared run: the files are there, and to git they are new ones. */
async function indexOfHead(here: GitContext, { tree, headTree }: RecordedState): Promise<void> {
  if (headTree === tree) return;
  const read =
    headTree === undefined
      ? undefined
      : await runGit(here, ['read-tree', '-m', headTree], { tolerant: true });
  if (read?.exitCode !== 0) await runGit(here, ['read-tree', '--empty']);
}

const sharedRefs = ['refs/heads', 'refs/remotes', 'refs/tags'];

/**
 * One writer of files for two cores: on a disk of its own, twice as many wait for one another inside the system and
 * take up to three times as long.
 */
const writers = Math.max(1, Math.floor(availableParallelism() / 2));

const checkoutSettings = [
  'core.autocrlf=false',
  'core.sparseCheckout=false',
  `checkout.workers=${writers}`,
  ...(process.platform === 'win32' ? [] : ['core.fileMode=true', 'core.symlinks=true']),
];

/** The snapshot store is not there when the code was HEAD's. */
async function objectFolders(commonDir: string): Promise<string[]> {
  const own = join(snapshotStoreOf(commonDir), 'objects');
  const found = await stat(own).then(
    () => [own],
    () => [],
  );
  return [join(commonDir, 'objects'), ...found];
}

/** Has the last word over every attribute of the files. An encoding can only be unset, not switched off. */
const unconvertedAttributes = '* -text !eol -filter -ident !working-tree-encoding\n';

/** Refs in the format of a packed-refs file, so that thousands of them cost one write. */
async function readRefs(
  source: Repository,
  prefixes: readonly string[],
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<Buffer> {
  if (prefixes.length === 0) return Buffer.alloc(0);
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', ...prefixes];
  const { stdout } = await runGit({ ...task, repository: source }, args);
  return Buffer.concat([Buffer.from('# pack-refs with: sorted \n'), stdout]);
}

async function initialise(here: GitContext, source: Repository): Promise<void> {
  const format = source.idBytes === 32 ? ['--object-format=sha256'] : [];
  // Work tree and place are given by the folder itself, not by a setting that would break when it moves.
  const repository = { ...here.repository, explicit: false };
  await runGit({ ...here, repository }, ['init', '--quiet', '--template=', ...format]);
}

/**
 * No hooks, no collection, the settings that decide about bytes, and remotes that can be read about but not pushed to.
 */
function configuration(state: RecordedState, identity: ReadonlyMap<string, string>): string {
  const lines = ['[gc]', '\tauto = 0', '[maintenance]', '\tauto = false', '[core]'];
  lines.push(`\thooksPath = ${configValue(devNull)}`);
  for (const [name, value] of Object.entries(state.settings ?? {})) {
    // Records travel: none of them names a program for git to start.
    const key = /^core\.(autocrlf|eol|filemode|symlinks)$/.exec(name)?.[1];
    if (key !== undefined) lines.push(`\t${key} = ${configValue(value)}`);
  }
  if (identity.size > 0) lines.push('[user]');
  for (const [name, value] of identity) lines.push(`\t${name} = ${configValue(value)}`);
  for (const [name, url] of Object.entries(state.remotes ?? {})) {
    lines.push(`[remote ${configValue(name)}]`, `\turl = ${configValue(url)}`);
    lines.push(`\tpushurl = ${configValue('no-push-from-a-private-checkout:')}`);
    lines.push(`\tfetch = ${configValue(`+refs/heads/*:refs/remotes/${name}/*`)}`);
  }
  return `${lines.join('\n')}\n`;
}

function configValue(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** Detaches HEAD at the recorded commit; a commit that was collected is made again from its text, same id. */
async function placeHead(
  here: GitContext,
  gitDir: string,
  head: string,
  state: RecordedState,
): Promise<void> {
  const found = await runGit(here, ['cat-file', '-e', `${head}^{commit}`], { tolerant: true });
  if (found.exitCode !== 0) {
    const bytes =
      state.headCommitBase64 === undefined
        ? Buffer.from(state.headCommitText ?? '', 'utf8')
        : Buffer.from(state.headCommitBase64, 'base64');
    if (bytes.length === 0) throw objectMissing(`the commit ${head}`);
    const args = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'];
    const made = await runGit(here, args, { input: bytes });
    if (made.stdout.toString('latin1').trim() !== head) throw objectMissing(`the commit ${head}`);
    await endHistoryAt(here, gitDir, head, bytes);
  }
  await writeFile(join(gitDir, 'HEAD'), `${head}\n`);
}

/** HEAD stands on the branch that it stood on, and that branch where it stood then: programs ask for its name. */
async function nameBranch(gitDir: string, ref: string, head: string | undefined): Promise<void> {
  if (head !== undefined) {
    await mkdir(dirname(join(gitDir, ref)), { recursive: true });
    await writeFile(join(gitDir, ref), `${head}\n`);
  }
  await writeFile(join(gitDir, 'HEAD'), `ref: ${ref}\n`);
}

/** Where parents were collected too, the history ends at `head`, as in a shallow clone. */
async function endHistoryAt(here: GitContext, gitDir: string, head: string, bytes: Buffer): Promise<void> {
  const headers = bytes.toString('latin1').split('\n\n', 1)[0] ?? '';
  const parents = [...headers.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, id = '']) => id);
  if (parents.length === 0) return;
  const input = parents.map(id => `${id}\n`).join('');
  const { stdout } = await runGit(here, ['cat-file', '--batch-check'], { input });
  if (stdout.toString('latin1').includes(' missing')) await appendFile(join(gitDir, 'shallow'), `${head}\n`);
}

/** So much is read from git at a time. */
const batchBytes = 64 * 1024 * 1024;

/** Files whose bytes on disk are not what git stores for them. */
async function writeHeldFiles(here: GitContext, target: string, gaps: readonly SnapshotGap[]): Promise<void> {
  let batch: { gap: SnapshotGap; blob: string }[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const input = batch.map(({ blob }) => `${blob}\n`).join('');
    const { stdout } = await runGit(here, ['cat-file', '--batch'], { input });
    let at = 0;
    for (const { gap, blob } of batch) {
      const lineEnd = stdout.indexOf(10, at);
      const size = /^[0-9a-f]+ blob (\d+)$/.exec(stdout.toString('latin1', at, lineEnd))?.[1];
      if (size === undefined) throw objectMissing(`the bytes of ${gap.path} (${blob})`);
      at = lineEnd + 1 + Number(size) + 1;
      await using file = await openHeldFile(target, bytePathOfRecord(gap));
      await file.writeFile(stdout.subarray(lineEnd + 1, lineEnd + 1 + Number(size)));
    }
    batch = [];
    bytes = 0;
  };
  for (const gap of gaps) {
    if (gap.blob === undefined) continue;
    batch.push({ gap, blob: gap.blob });
    bytes += gap.size ?? 0;
    if (bytes > batchBytes) await flush();
  }
  await flush();
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
