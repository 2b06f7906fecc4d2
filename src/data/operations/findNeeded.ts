/**
 * Every hash that any pin anywhere names: working trees, index, all commits that a ref or reflog reaches, snapshots and
 * records of runs. Looks at the text of pin files alone and takes every hash in them, so a file that nobody can parse
 * still keeps what it names.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import { runGit, type GitContext } from '../../git/runGit.ts';
import { loadPins } from '../pins/loadPins.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataProject } from './dataProject.ts';
import type { Problem } from './dataResult.ts';
import { openDataProject } from './openDataProject.ts';
import { prefixOf, problemOf } from './selectPins.ts';

export interface Looked {
  readonly commits: number;
  readonly worktrees: number;
  readonly snapshots: number;
  readonly runs: number;
}

export interface Needed {
  /** 32 hexadecimal digits, with `.dir` where it stood so. */
  readonly values: ReadonlySet<string>;
  readonly looked: Looked;
  /** Pins of working trees that cannot be read, relative to their project's root. What their text names is needed. */
  readonly problems: readonly Problem[];
}

/** Rejects when git does: then nothing is known. */
export async function findNeeded(projects: readonly DataProject[], task: DataTask): Promise<Needed> {
  const values = new Set<string>();
  const looked = { commits: 0, worktrees: 0, snapshots: 0, runs: 0 };
  const unread: Problem[] = [];
  for (const project of projects) {
    await addWorkingTrees(project, values, looked, task, unread);
    await addRecords(project, values, looked, task);
    if (project.git !== undefined) await addHistory(project, values, looked, task);
  }
  return { values, looked, problems: unread };
}

const hashForm = /(?<![0-9a-f])[0-9a-f]{32}(?:\.dir)?(?![0-9a-f])/gi;

function addHashes(text: string, values: Set<string>): void {
  for (const [hash] of text.matchAll(hashForm)) values.add(hash.toLowerCase());
}

async function addWorkingTrees(
  project: DataProject,
  values: Set<string>,
  looked: { worktrees: number },
  task: DataTask,
  unread: Problem[],
): Promise<void> {
  for (const root of await worktreesOf(project, task)) {
    const tree = root === project.root ? project : await openDataProject(root, project.environment);
    looked.worktrees += 1;
    if (tree.git !== undefined) await addIndex(tree, values, task);
    for (const repository of tree.repositories) {
      const { outputs, problems } = await loadPins(repository);
      for (const { object, cloudFiles = [] } of outputs) {
        if (object !== undefined) values.add(object.value);
        for (const { md5 } of cloudFiles) if (md5 !== undefined) values.add(md5);
      }
      for (const problem of problems) {
        const { path, what } = problemOf(prefixOf(tree, repository), problem);
        const shown = tree === project ? path : join(tree.root, path);
        // What is wrong first is enough of one file.
        if (unread.some(one => one.path === shown)) continue;
        unread.push({ path: shown, what: `${what}; everything that its text names is kept` });
      }
      for (const { path } of problems)
        for (const file of [path, path.replace(/dvc\.yaml$/, 'dvc.lock')])
          addHashes(await readIfThere(join(repository.root, file)), values);
    }
  }
}

/** What is staged and not committed. */
async function addIndex(project: DataProject, values: Set<string>, task: DataTask): Promise<void> {
  const context = contextOf(project, task);
  const { stdout } = await runGit(context, ['ls-files', '--stage', '-z', ...pinFiles]);
  const ids = [...stdout.toString('latin1').matchAll(/\d+ ([0-9a-f]+) \d\t/g)].map(([, id = '']) => id);
  await addBlobs(context, ids.map(id => `:0 0 ${id} ${id} A\n`).join(''), values);
}

async function worktreesOf(project: DataProject, task: DataTask): Promise<string[]> {
  if (project.git === undefined) return [project.root];
  const { stdout } = await runGit(contextOf(project, task), ['worktree', 'list', '--porcelain', '-z']);
  const roots = [project.root];
  for (const field of stdout.toString('utf8').split('\0')) {
    if (!field.startsWith('worktree ')) continue;
    const root = field.slice('worktree '.length);
    // One whose folder is gone has nothing to look at; its commits are among the others.
    const there = await readdir(root).then(
      () => true,
      () => false,
    );
    if (there && root !== project.root && !root.endsWith('/.git')) roots.push(root);
  }
  return roots;
}

const recordFiles = new Set(['plan.json', 'captured.json', 'result.json', 'annotations.json']);
const treeForm = /"(?:tree|headTree|heldTree)":\s*"([0-9a-f]{40}(?:[0-9a-f]{24})?)"/g;

/** Records name data themselves, and the trees of snapshots, whose pin files name the rest. */
async function addRecords(
  project: DataProject,
  values: Set<string>,
  looked: { runs: number; snapshots: number },
  task: DataTask,
): Promise<void> {
  const store =
    project.git === undefined ? join(project.root, '.lockstep') : join(project.git.commonDir, 'lockstep');
  const trees = new Set<string>();
  for (const folder of ['runs', 'trash'])
    for await (const path of filesBelow(join(store, folder), recordFiles)) {
      task.signal?.throwIfAborted();
      const text = await readIfThere(path);
      addHashes(text, values);
      for (const [, tree = ''] of text.matchAll(treeForm)) trees.add(tree);
      if (path.endsWith('plan.json')) looked.runs += 1;
    }
  looked.snapshots += trees.size;
  if (trees.size === 0 || project.git === undefined) return;
  await addTrees(project, [...trees], values, task);
}

const pinFiles = ['--', '*.dvc', 'dvc.lock', '*/dvc.lock'];

/** Each tree against the one before: together these differences name every pin file of all of them. */
async function addTrees(
  project: DataProject,
  trees: readonly string[],
  values: Set<string>,
  task: DataTask,
): Promise<void> {
  const context = contextOf(project, task);
  const checked = await runGit(context, ['cat-file', '--batch-check'], { input: `${trees.join('\n')}\n` });
  const there = [...checked.stdout.toString('utf8').matchAll(/^([0-9a-f]+) tree \d+$/gm)].map(
    ([, tree = '']) => tree,
  );
  const pairs = there.map(
    (tree, at) => `${there[at - 1] ?? emptyTrees[project.git?.idBytes ?? 20]} ${tree}\n`,
  );
  if (pairs.length === 0) return;
  const { stdout } = await runGit(
    context,
    ['diff-tree', '--stdin', '-r', '--raw', '--no-abbrev', '--no-renames', ...pinFiles],
    { input: pairs.join('') },
  );
  await addBlobs(context, stdout.toString('latin1'), values);
}

/** Known to every git. */
const emptyTrees = {
  20: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  32: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
};

/** What commits changed, against each of their parents: the text of a pin file came with one of these changes. */
async function addHistory(
  project: DataProject,
  values: Set<string>,
  looked: { commits: number },
  task: DataTask,
): Promise<void> {
  const context = contextOf(project, task);
  const all = ['--all', '--reflog', '--ignore-missing'];
  const count = await runGit(context, ['rev-list', '--count', ...all]);
  looked.commits += Number(count.stdout.toString('utf8'));
  const { stdout } = await runGit(context, [
    ...['log', '--format=', '--raw', '--no-abbrev', '--no-renames', '--root', '-m', '--full-history', ...all],
    ...pinFiles,
  ]);
  await addBlobs(context, stdout.toString('latin1'), values);
}

/** `listed`: raw differences, `:<mode> <mode> <id> <id> <what>`. */
async function addBlobs(context: GitContext, listed: string, values: Set<string>): Promise<void> {
  const ids = new Set<string>();
  for (const [, before = '', after = ''] of listed.matchAll(/^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) /gm))
    for (const id of [before, after]) if (!/^0+$/.test(id)) ids.add(id);
  if (ids.size === 0) return;
  const { stdout } = await runGit(context, ['cat-file', '--batch'], { input: `${[...ids].join('\n')}\n` });
  // Ids of git's own are longer and do not match.
  addHashes(stdout.toString('latin1'), values);
}

async function* filesBelow(folder: string, names: ReadonlySet<string>): AsyncIterableIterator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const own = entries.filter(entry => entry.isFile() && names.has(entry.name));
  for (const entry of own) yield join(folder, entry.name);
  // A record holds artifacts and logs below, which name nothing.
  if (own.length > 0) return;
  for (const entry of entries) if (entry.isDirectory()) yield* filesBelow(join(folder, entry.name), names);
}

async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  });
}

function contextOf({ git, root, environment }: DataProject, { signal }: DataTask): GitContext {
  if (git === undefined) throw new Error(`${root} is not in git`);
  return { repository: git, environment, signal };
}
