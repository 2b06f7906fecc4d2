/** Reads the pin files of a commit from git's objects: two processes, however many files there are. */
import { relative, sep } from 'node:path';
import { LockstepError } from '../../base/lockstepError.ts';
import { gitFailed } from '../../git/errors.ts';
import { findRepository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import type { DataRepository } from '../dataRepository.ts';
import { createDvcIgnore } from '../ignore/dvcIgnore.ts';
import { maxYamlLength } from '../yaml/readYaml.ts';
import { openCommittedPinCache } from './committedPinCache.ts';
import { revisionNotFound, revisionWithoutGit } from './errors.ts';
import { readPinFile, type PinFileContent } from './readPinFile.ts';
import { isPinFileName } from './treePinFiles.ts';

interface TreeFile {
  /** Relative to the data root. */
  readonly path: string;
  readonly object: string;
}

/** Rejects with `revision-not-found`. */
export async function commitPinFiles(
  repository: DataRepository,
  revision: string,
  signal: AbortSignal | undefined,
): Promise<readonly PinFileContent[]> {
  const { gitRoot, root } = repository;
  if (gitRoot === undefined) throw revisionWithoutGit(revision);
  const above = relative(gitRoot, root).split(sep).join('/');
  const { files, dataRoots } = await listTree(gitRoot, revision, above, signal);
  const cache = await openCommittedPinCache(repository.stateFolder);
  const found = new Map<string, PinFileContent>();
  const needed: TreeFile[] = [];
  for (const file of files.values()) {
    const lock = files.get(lockOf(file.path));
    const known = isPinFile(file.path) ? cache.get(file.path, objectsOf(file, lock)) : undefined;
    if (known !== undefined) found.set(file.path, known);
    else if (isPinFile(file.path)) needed.push(file, ...(lock === undefined ? [] : [lock]));
    else if (!file.path.endsWith('dvc.lock')) needed.push(file);
  }
  const texts = await readBlobs(gitRoot, needed, signal);
  const textOf = (path: string): string | undefined => {
    const file = files.get(path);
    return file === undefined ? undefined : texts.get(file.object);
  };
  const ignore = createDvcIgnore(root, {
    readText: textOf,
    isDataRoot: folder => dataRoots.has(folder),
  });
  const contents: PinFileContent[] = [];
  const pinned = new Set<string>();
  // From the top down, because what lies inside of an output is no pin.
  const byDepth = [...files.values()].sort((one, other) => depthOf(one.path) - depthOf(other.path));
  for (const file of byDepth) {
    const { path } = file;
    if (!isPinFile(path) || ignore.ignores(path, false) || liesInOne(path, pinned)) continue;
    const text = textOf(path);
    let content = found.get(path);
    if (content === undefined && text !== undefined) {
      content = readPinFile(text, path, textOf(lockOf(path)));
      cache.put(path, objectsOf(file, files.get(lockOf(path))), content);
    }
    content ??= { outputs: [], problems: [{ path, what: 'the file is too large to be a pin file' }] };
    contents.push(content);
    for (const output of content.outputs) pinned.add(output.path);
  }
  await cache.save();
  return contents;
}

function isPinFile(path: string): boolean {
  return isPinFileName(path.slice(path.lastIndexOf('/') + 1));
}

function lockOf(path: string): string {
  return path.replace(/\.yaml$/, '.lock');
}

function objectsOf(file: TreeFile, lock: TreeFile | undefined): readonly string[] {
  return lock === undefined || lock === file ? [file.object] : [file.object, lock.object];
}

function depthOf(path: string): number {
  return path.split('/').length;
}

function liesInOne(path: string, folders: ReadonlySet<string>): boolean {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
    if (folders.has(path.slice(0, slash))) return true;
  return false;
}

async function listTree(
  gitRoot: string,
  revision: string,
  above: string,
  signal: AbortSignal | undefined,
): Promise<{ files: Map<string, TreeFile>; dataRoots: Set<string> }> {
  const tree = above === '' ? `${revision}^{tree}` : `${revision}^{commit}:${above}`;
  // A revision that starts with a dash would be taken for an option.
  if (revision === '' || revision.startsWith('-') || /[\0\n]/.test(revision))
    throw revisionNotFound(revision);
  const outcome = await git(gitRoot, ['ls-tree', '-r', '-z', '--full-tree', tree], signal);
  if (outcome.exitCode !== 0) {
    // A commit from before the data repository was there has no pins.
    const commit = await git(gitRoot, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`], signal);
    if (commit.exitCode === 0 && above !== '') return { files: new Map(), dataRoots: new Set() };
    if (commit.exitCode === 0) throw gitFailed(['ls-tree', tree], outcome.exitCode, outcome.stderr);
    throw revisionNotFound(revision);
  }
  const files = new Map<string, TreeFile>();
  const dataRoots = new Set<string>();
  for (const line of outcome.stdout.toString('utf8').split('\0')) {
    const tab = line.indexOf('\t');
    const path = line.slice(tab + 1);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const nested = path.indexOf('/.dvc/');
    if (nested > 0) dataRoots.add(path.slice(0, nested));
    if (!isPinFileName(name) && name !== 'dvc.lock' && name !== '.dvcignore') continue;
    const [mode, , object] = line.slice(0, tab).split(' ');
    // Links and submodules are not followed.
    if (object !== undefined && mode?.startsWith('100') === true) files.set(path, { path, object });
  }
  return { files, dataRoots };
}

/** Texts by object id; what is too large is left out. */
async function readBlobs(
  gitRoot: string,
  files: readonly TreeFile[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const wanted = [...new Set(files.map(file => file.object))];
  if (wanted.length === 0) return new Map();
  try {
    return await readObjects(gitRoot, wanted, signal);
  } catch (error) {
    if (!(error instanceof LockstepError && error.code === 'program-output-too-large')) throw error;
  }
  // Somebody has committed a giant by the name of a pin file: everything else is read.
  const checked = await git(gitRoot, ['cat-file', '--batch-check'], signal, lines(wanted));
  const small = checked.stdout
    .toString('latin1')
    .split('\n')
    .map(line => line.split(' '))
    .filter(([, kind, size]) => kind === 'blob' && Number(size) < maxYamlLength / wanted.length);
  return readObjects(
    gitRoot,
    small.map(([object = '']) => object),
    signal,
  );
}

async function readObjects(
  gitRoot: string,
  objects: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const { stdout, exitCode, stderr } = await git(gitRoot, ['cat-file', '--batch'], signal, lines(objects));
  if (exitCode !== 0) throw gitFailed(['cat-file', '--batch'], exitCode, stderr);
  let at = 0;
  while (at < stdout.length) {
    const end = stdout.indexOf(0x0a, at);
    if (end < 0) break;
    const [object = '', kind, size = '0'] = stdout.toString('latin1', at, end).split(' ');
    at = end + 1;
    if (kind !== 'blob') continue;
    texts.set(object, stdout.toString('utf8', at, at + Number(size)));
    at += Number(size) + 1;
  }
  return texts;
}

function lines(objects: readonly string[]): string {
  return objects.map(object => `${object}\n`).join('');
}

/** Sees the snapshots of runs as well: their pins are asked for when a run is shared. */
async function git(
  gitRoot: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
  input?: string,
): ReturnType<typeof runGit> {
  const found = await findRepository(gitRoot, {});
  const repository = found ?? { root: gitRoot, gitDir: gitRoot, explicit: false };
  return runGit({ repository, signal }, args, {
    tolerant: true,
    maxOutputBytes: 4 * maxYamlLength,
    ...(input === undefined ? {} : { input }),
  });
}
