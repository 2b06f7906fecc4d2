/**
 * Which pinned paths this clone wants on disk: kept in the clone's own state, never in git. Read by checkout, pull,
 * status and sync; a path outside the choice is neither placed nor told as missing.
 */
import { lstatSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { ObjectCache } from '../cache/objectCache.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { FolderListing } from '../folderListing.ts';
import { isFolderObject } from '../objectId.ts';
import type { DataProject } from './dataProject.ts';
import { pathNotPinned } from './errors.ts';
import { inProject, isMeant, prefixOf, repositoryOf, selectPins, type SelectedPin } from './selectPins.ts';

export interface SparseChoice {
  /** Relative to the data root, forward slashes: a pinned path, a file in one, or a folder above some. Everything when absent. */
  readonly only?: readonly string[];
}

const fileSchema = z.object({ schemaVersion: z.literal(1), only: z.array(z.string()) });

/** A file that cannot be read chooses everything: nobody loses sight of data because of it. */
export async function readSparseChoice(repository: DataRepository): Promise<SparseChoice> {
  try {
    const { only } = fileSchema.parse(JSON.parse(await readFile(choiceFile(repository), 'utf8')));
    return { only };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || systemErrorCode(error) === 'ENOENT')
      return {};
    throw error;
  }
}

export async function writeSparseChoice(repository: DataRepository, { only }: SparseChoice): Promise<void> {
  if (only === undefined) {
    await rm(choiceFile(repository), { force: true });
    return;
  }
  await mkdir(repository.stateFolder, { recursive: true });
  await writeJsonAtomic(choiceFile(repository), { schemaVersion: 1, only });
}

/** `paths` are absolute; everything where they are absent. Rejects with `path-not-pinned` where one of them has no pin. */
export async function chooseSparse(
  project: DataProject,
  paths: readonly string[] | undefined,
): Promise<void> {
  if (paths === undefined) {
    for (const repository of project.repositories) await writeSparseChoice(repository, {});
    return;
  }
  const { groups, unmatched } = await selectPins(project, { paths });
  if (unmatched.length > 0) throw pathNotPinned(unmatched);
  const asked = paths.map(path => inProject(project, path));
  for (const repository of project.repositories) {
    const pins = groups.find(group => group.repository === repository)?.pins ?? [];
    const prefix = prefixOf(project, repository);
    // As it was said, so that a pin which comes into a chosen folder later is chosen, too; of pin files what they pin.
    const only = asked.flatMap(path => {
      if (path === '' || prefix.startsWith(`${path}/`)) return [''];
      if (repositoryOf(project, path) !== repository) return [];
      const named = pins.filter(
        ({ pin }) => path === prefix + pin.pinFile || path.startsWith(`${prefix}${pin.pinFile}:`),
      );
      return named.length > 0 ? named.map(({ pin }) => pin.path) : [path.slice(prefix.length)];
    });
    await writeSparseChoice(repository, { only });
  }
}

/** Pinned paths, relative to the project's root, that this clone does not want and that lie there, in part or whole. */
export async function unchosenStillThere(project: DataProject): Promise<string[]> {
  const { groups } = await selectPins(project, {});
  const found: string[] = [];
  for (const { repository, pins } of groups) {
    const choice = await readSparseChoice(repository);
    const cache = ObjectCache.of(repository);
    const lies = (path: string): boolean =>
      lstatSync(join(repository.root, path), { throwIfNoEntry: false }) !== undefined;
    for (const { pin, path } of pins) {
      if (!pin.cached || pin.object === undefined || !lies(pin.path)) continue;
      const only = chosenInside(choice, pin.path);
      if (!isChosen(choice, pin.path)) found.push(path);
      else if (only !== undefined && isFolderObject(pin.object)) {
        const { files } = await cache.readListing(pin.object).catch(() => ({ files: [] }));
        if (files.some(file => !isMeant(only, file.relativePath) && lies(`${pin.path}/${file.relativePath}`)))
          found.push(path);
      }
    }
  }
  return found;
}

/** Whether `path` (relative to the data root) is wanted, or something below it is. */
export function isChosen({ only }: SparseChoice, path: string): boolean {
  if (only === undefined) return true;
  return only.some(
    one => one === '' || one === path || path.startsWith(`${one}/`) || one.startsWith(`${path}/`),
  );
}

/** Of the files of a pinned folder those that are wanted, relative to it; all of them when undefined. */
export function chosenInside({ only }: SparseChoice, output: string): readonly string[] | undefined {
  if (only === undefined || only.some(one => one === '' || one === output || output.startsWith(`${one}/`)))
    return undefined;
  return only.filter(one => one.startsWith(`${output}/`)).map(one => one.slice(output.length + 1));
}

/** Of a folder of which this clone wants some files those alone. */
export function narrowed(selected: SelectedPin, choice: SparseChoice): SelectedPin {
  if (selected.only !== undefined) return selected;
  const only = chosenInside(choice, selected.pin.path);
  return only === undefined ? selected : { ...selected, only };
}

/** A listing without the files that are not meant. */
export function meantFiles(
  listing: FolderListing | undefined,
  only: readonly string[] | undefined,
): FolderListing | undefined {
  if (listing === undefined || only === undefined) return listing;
  return { files: listing.files.filter(file => isMeant(only, file.relativePath)) };
}

function choiceFile(repository: DataRepository): string {
  return join(repository.stateFolder, 'sparse.json');
}
