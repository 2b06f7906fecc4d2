/**
 * What a reproduction changed of the workspace, or tried to: from what Python's hook saw, what programs said, and the
 * files themselves. Invariant: a file is called overwritten only when it was, and by whom is not claimed.
 */
import type { Captured } from '../../runs/captured.ts';
import type { Result } from '../../runs/result.ts';
import { escapedOutputs } from './escapedFiles.ts';
import type { WorkspacePlaces } from './escapedFiles.ts';
import type { JudgedPreparation } from './preparationRecord.ts';
import { refusedWrites } from './refusedWrites.ts';
import { isInside } from './relocatePaths.ts';
import { touchedFiles } from './watchedFiles.ts';
import type { TouchedFile } from './watchedFiles.ts';

export interface TouchedWorkspace {
  /** Each path once. */
  readonly files: readonly TouchedFile[];
  /** What a program said that could not write, without naming the place. */
  readonly message?: string | undefined;
  /** Nothing could be written there, whatever the program. */
  readonly isKept: boolean;
}

export interface TouchedQuestion {
  /** Of the reproduction. */
  readonly captured: Captured | undefined;
  readonly result: Result | undefined;
  readonly places: WorkspacePlaces;
  readonly checkout: string;
  readonly preparation: JudgedPreparation;
  /** What the command wrote to its terminal. Absolute. */
  readonly logs: readonly string[];
}

export async function touchedWorkspace(question: TouchedQuestion): Promise<TouchedWorkspace> {
  const { captured, result, places, checkout, preparation, logs } = question;
  // Only where the system refuses do the messages of programs speak of it.
  const said =
    preparation.readOnlyBy === 'system'
      ? await refusedWrites(logs, {
          ...{ ...places, checkout },
          roots: [...places.roots, ...(preparation.kept ?? [])],
        })
      : { paths: [] };
  const refused = [...(captured?.refused ?? []), ...said.paths];
  const files = new Map<string, TouchedFile>();
  const add = (one: TouchedFile): void => {
    if (!files.has(one.path)) files.set(one.path, one);
  };
  for (const one of await touchedFiles(preparation.watched ?? [])) add(one);
  const isInput = (path: string): boolean =>
    !places.roots.some(root => isInside(path, root)) &&
    (preparation.linked ?? []).some(place => isInside(path, place));
  for (const path of refused) add({ path, how: 'refused', ...(isInput(path) ? { isInput: true } : {}) });
  // Written meanwhile by somebody else, where the system kept the reproduction from it.
  if (preparation.readOnlyBy !== 'system')
    for (const path of escapedOutputs(result?.outputs ?? [], places)) add({ path, how: 'written' });
  return {
    ...{ files: [...files.values()], isKept: preparation.readOnlyBy === 'system' },
    message: 'message' in said ? said.message : undefined,
  };
}

/** @param apart The two runs are not alike: what names no place is no evidence alone. */
export function isTouched({ files, message }: TouchedWorkspace, apart = true): boolean {
  return files.length > 0 || (apart && message !== undefined);
}

/** With a full stop. Only of what {@link isTouched}. */
export function touchedSentence({ files, message }: TouchedWorkspace): string {
  const gone = files.filter(({ how }) => how !== 'refused');
  if (gone.length > 0) {
    const verbs = { overwritten: 'overwritten', deleted: 'deleted', written: 'written', refused: '' };
    const parts = (['overwritten', 'deleted', 'written'] as const).flatMap(how => {
      const paths = gone.filter(one => one.how === how).map(({ path }) => path);
      return paths.length === 0
        ? []
        : [`${listed(paths)} ${paths.length === 1 ? 'was' : 'were'} ${verbs[how]}`];
    });
    return `${parts.join(', and ')} in the workspace during the reproduction.`;
  }
  const own = files.filter(({ isInput }) => isInput !== true).map(({ path }) => path);
  if (own.length > 0)
    return `the program writes to ${listed(own)}, which ${own.length === 1 ? 'belongs' : 'belong'} to the workspace: a reproduction may not touch it.`;
  if (files.length > 0)
    return `the program writes to ${listed(files.map(({ path }) => path))}, which it was given to read: a reproduction may not touch what the original read.`;
  return `the program could not write (“${message ?? ''}”): it writes to the workspace, which a reproduction may not touch.`;
}

/** Sentences: what became of it, and what would help. */
export function touchedMend({ files, isKept }: TouchedWorkspace): string {
  const gone = files.some(({ how }) => how !== 'refused');
  const mend =
    'Let the program name its folder relative to its script, or take it from a variable or a parameter: those lead into the private checkout.';
  if (!gone && !isKept) return `Python was kept from it; other programs would not be on this system. ${mend}`;
  return gone
    ? `On this system nothing keeps programs other than Python from writing there, and no copy is kept of what was there. ${mend}`
    : `Nothing there was changed. ${mend}`;
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
