/** The pins of DVC that differ between two commits, by data repository: only files that changed are read. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { GitContext } from '../../git/runGit.ts';
import type { Repository } from '../../git/findRepository.ts';
import { errorText } from '../../base/systemError.ts';
import { openDataRepository } from '../config/openDataRepository.ts';
import type { DataRepository } from '../dataRepository.ts';
import { comparePins, type PinChange } from '../pins/comparePins.ts';
import { readPinFile } from '../pins/readPinFile.ts';
import type { DataProblem, PinnedOutput, PinSet } from '../pinnedOutput.ts';
import { blobTexts, type ChangedBlob } from './changedBlobs.ts';

export interface ChangedPins {
  readonly repository: DataRepository;
  /** What stands before the paths of the data repository in those of git: '' or `sub/folder/`. */
  readonly prefix: string;
  readonly changes: readonly PinChange[];
  /** Paths relative to the data root. */
  readonly problems: readonly DataProblem[];
}

export interface CommitSides {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Rejects when git does. A data repository whose configuration cannot be read is a problem of the first of its pins. */
export async function changedPins(
  context: GitContext,
  git: Repository,
  changed: readonly ChangedBlob[],
  sides: CommitSides,
): Promise<ChangedPins[]> {
  const files = pinFiles(changed);
  if (files.length === 0) return [];
  const texts = await blobTexts(
    context,
    files.flatMap(file => namesOf(file, sides)),
  );
  const groups = new Map<string, { prefix: string; files: PinFile[] }>();
  const rootOf = dataRoots(git.root);
  for (const file of files) {
    const root = rootOf(file.path);
    if (root === undefined) continue;
    const prefix = root === '' ? '' : `${root}/`;
    const group = groups.get(root) ?? { prefix, files: [] };
    group.files.push(file);
    groups.set(root, group);
  }
  const found: ChangedPins[] = [];
  for (const [root, { prefix, files: own }] of groups) {
    const repository = await openDataRepository(join(git.root, root), context.environment);
    if (repository === undefined) continue;
    const from = pinsOf(own, sides.from, prefix, texts, 'from');
    const to = pinsOf(own, sides.to, prefix, texts, 'to');
    found.push({ repository, prefix, changes: comparePins(from, to), problems: to.problems });
  }
  return found;
}

/** A `.dvc` file, or a `dvc.yaml` of which itself or its `dvc.lock` changed. */
interface PinFile {
  /** Relative to the top of git. */
  readonly path: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly lock?: { readonly path: string; readonly changed: ChangedBlob | undefined };
  /** The file itself did not change. */
  readonly same: boolean;
}

function pinFiles(changed: readonly ChangedBlob[]): PinFile[] {
  const files: PinFile[] = [];
  const pipelines = new Map<string, { yaml?: ChangedBlob; lock?: ChangedBlob }>();
  for (const blob of changed) {
    const { path, from, to } = blob;
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name.endsWith('.dvc') && name !== '.dvc') files.push({ path, from, to, same: false });
    else if (name === 'dvc.yaml' || name === 'dvc.lock') {
      const folder = path.slice(0, path.length - name.length);
      const pair = pipelines.get(folder) ?? {};
      pair[name === 'dvc.yaml' ? 'yaml' : 'lock'] = blob;
      pipelines.set(folder, pair);
    }
  }
  for (const [folder, { yaml, lock }] of pipelines)
    files.push({
      ...{ path: `${folder}dvc.yaml`, from: yaml?.from, to: yaml?.to, same: yaml === undefined },
      lock: { path: `${folder}dvc.lock`, changed: lock },
    });
  return files;
}

/** What of it is to be read, by blob id where it is known, by commit and path where the file did not change. */
function namesOf(file: PinFile, sides: CommitSides): string[] {
  return (['from', 'to'] as const).flatMap(side =>
    [yamlName(file, sides[side], side), lockName(file, sides[side], side)].filter(name => name !== undefined),
  );
}

function yamlName(file: PinFile, commit: string | undefined, side: 'from' | 'to'): string | undefined {
  if (!file.same) return file[side];
  return commit === undefined ? undefined : `${commit}:${file.path}`;
}

function lockName({ lock }: PinFile, commit: string | undefined, side: 'from' | 'to'): string | undefined {
  if (lock === undefined) return undefined;
  if (lock.changed !== undefined) return lock.changed[side];
  return commit === undefined ? undefined : `${commit}:${lock.path}`;
}

function pinsOf(
  files: readonly PinFile[],
  commit: string | undefined,
  prefix: string,
  texts: ReadonlyMap<string, string>,
  side: 'from' | 'to',
): PinSet {
  const outputs: PinnedOutput[] = [];
  const problems: DataProblem[] = [];
  for (const file of files) {
    const text = texts.get(yamlName(file, commit, side) ?? '');
    if (text === undefined) continue;
    const path = file.path.slice(prefix.length);
    const lock = texts.get(lockName(file, commit, side) ?? '');
    try {
      const content = readPinFile(text, path, lock);
      outputs.push(...content.outputs);
      problems.push(...content.problems);
    } catch (error) {
      problems.push({ path, what: errorText(error) });
    }
  }
  return { outputs, problems };
}

/** The nearest folder at or above a file that holds `.dvc` now, relative to the top; asked once for each folder. */
function dataRoots(gitRoot: string): (path: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  const nearest = (folder: string): string | undefined => {
    if (known.has(folder)) return known.get(folder);
    const here = statSync(join(gitRoot, folder, '.dvc'), { throwIfNoEntry: false })?.isDirectory() === true;
    const slash = folder.lastIndexOf('/');
    const found = here
      ? folder
      : folder === ''
        ? undefined
        : nearest(slash < 0 ? '' : folder.slice(0, slash));
    known.set(folder, found);
    return found;
  };
  return path => nearest(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');
}
