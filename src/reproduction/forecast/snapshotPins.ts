/** The pins of DVC in a recorded tree that concern what a run read: only the pin files that can do so are read. */
import { findRecordedConfigs, withRecordedConfigs } from '../../data/operations/recordedDataProject.ts';
import { openDataProject } from '../../data/operations/openDataProject.ts';
import type { DataProject } from '../../data/operations/dataProject.ts';
import { prefixOf, repositoryOf, type SelectedPin } from '../../data/operations/selectPins.ts';
import type { DataRepository } from '../../data/dataRepository.ts';
import { pinCandidates } from '../../data/history/pinCandidates.ts';
import { readPinFile } from '../../data/pins/readPinFile.ts';
import type { Repository } from '../../git/findRepository.ts';
import type { PinnedPath } from '../../runs/plan.ts';
import { readTexts, type SnapshotTree } from './snapshotTree.ts';

export interface SnapshotPinsRequest {
  readonly workspace: string;
  readonly repository: Repository;
  readonly tree: SnapshotTree;
  /** What the run read, relative to the root. */
  readonly inputs: readonly string[];
  /** As the plan lists them. */
  readonly pins: readonly PinnedPath[];
  /** Of the workspace, where somebody has opened it already. */
  readonly project?: Promise<DataProject> | undefined;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** Pins of one data repository of the workspace, paths as in the recorded tree. */
export interface RepositoryPins {
  readonly repository: DataRepository;
  readonly pins: readonly SelectedPin[];
}

/** Rejects when git does, or when the configuration of the data cannot be read. */
export async function snapshotPins(request: SnapshotPinsRequest): Promise<RepositoryPins[]> {
  const { tree, inputs, pins, workspace, environment, signal } = request;
  const files = pinFilesFor(tree, inputs, pins);
  if (files.size === 0) return [];
  const scrubbed = { ...environment, GIT_DIR: undefined, GIT_WORK_TREE: undefined };
  const configs = findRecordedConfigs(inputs, path => tree.entries.has(path));
  const needed = [...files, ...configs.values()].flatMap(path => tree.entries.get(path)?.blob ?? []);
  const texts = await readTexts(request.repository, needed, { environment: scrubbed, signal });
  const textOf = (path: string): string | undefined => texts.get(tree.entries.get(path)?.blob ?? '');
  // What the checked-out branch says of data is another time's.
  const project = await withRecordedConfigs(
    await (request.project ?? openDataProject(workspace, scrubbed)),
    new Map([...configs].map(([folder, path]) => [folder, textOf(path) ?? ''])),
  );
  const found = new Map<DataRepository, Map<string, SelectedPin>>();
  for (const file of files) {
    const text = file.endsWith('dvc.lock') ? undefined : textOf(file);
    const repository = repositoryOf(project, file);
    if (text === undefined || repository === undefined) continue;
    const own = found.get(repository) ?? new Map<string, SelectedPin>();
    for (const one of pinsIn(project, repository, file, text, textOf(lockOf(file)))) {
      const only = narrowed(one.path, inputs);
      if (only !== 'none') own.set(one.path, only === 'whole' ? one : { ...one, only });
    }
    found.set(repository, own);
  }
  return [...found].map(([repository, own]) => ({ repository, pins: [...own.values()] }));
}

function pinsIn(
  project: DataProject,
  repository: DataRepository,
  file: string,
  text: string,
  lock: string | undefined,
): SelectedPin[] {
  const prefix = prefixOf(project, repository);
  return readPinFile(text, file.slice(prefix.length), lock)
    .outputs.filter(pin => pin.cached && (pin.object ?? pin.cloudFiles) !== undefined)
    .map(pin => ({ pin, path: prefix + pin.path }));
}

/** The part of a pin that was read: all of it, nothing, or files of a pinned folder (relative to it). */
function narrowed(pinned: string, inputs: readonly string[]): 'whole' | 'none' | string[] {
  const only: string[] = [];
  for (const input of inputs) {
    if (input === pinned || pinned.startsWith(`${input}/`)) return 'whole';
    if (input.startsWith(`${pinned}/`)) only.push(input.slice(pinned.length + 1));
  }
  return only.length === 0 ? 'none' : only;
}

/** Paths of files that could pin what was read, whether the tree has them or not. */
export function possiblePinFiles(inputs: readonly string[], pins: readonly PinnedPath[]): Set<string> {
  const files = new Set<string>();
  for (const input of inputs)
    for (const candidate of pinCandidates(input, ''))
      if (candidate.kind !== 'lfs') for (const path of candidate.files) files.add(path);
  const read = new Set(inputs);
  for (const { path, pinFile } of pins)
    if (
      pinFile !== undefined &&
      (isAtOrAbove(path, read) || inputs.some(input => path.startsWith(`${input}/`)))
    )
      files.add(pinFile).add(lockOf(pinFile));
  return files;
}

function pinFilesFor(
  { entries }: SnapshotTree,
  inputs: readonly string[],
  pins: readonly PinnedPath[],
): Set<string> {
  const files = new Set([...possiblePinFiles(inputs, pins)].filter(path => entries.has(path)));
  // A folder that was read may hold several pins; which of the files are pin files their names tell.
  const folders = inputs.filter(input => !entries.has(input));
  for (const path of entries.keys())
    if (path.endsWith('.dvc') && !path.endsWith('/.dvc') && isBelowOne(path, folders)) files.add(path);
  return files;
}

function isAtOrAbove(pinned: string, read: ReadonlySet<string>): boolean {
  if (read.has(pinned)) return true;
  for (const path of read) if (path.startsWith(`${pinned}/`)) return true;
  return false;
}

function isBelowOne(path: string, folders: readonly string[]): boolean {
  return folders.some(folder => path.startsWith(`${folder}/`));
}

function lockOf(path: string): string {
  return path.replace(/dvc\.yaml$/, 'dvc.lock');
}
