/** Everything that can go wrong with the run record, one function per failure. */
import { LockstepError } from '../base/lockstepError.ts';

/** What a person needs to pick one of several runs. */
export interface RunCandidate {
  readonly id: string;
  readonly label: string;
}

/** @param near A name that was probably meant. */
export function runNotFound(reference: string, near?: string): LockstepError {
  return new LockstepError({
    code: 'run-not-found',
    kind: 'usage',
    message: `No run is called ${shown(reference)}.${near === undefined ? '' : ` Did you mean ${shown(near)}?`}`,
    mend: 'List the runs with: lockstep runs',
  });
}

export function runAmbiguous(
  reference: string,
  candidates: readonly RunCandidate[],
  total: number,
): LockstepError {
  const list = candidates.map(candidate => `  ${candidate.id}  ${candidate.label}`).join('\n');
  const more = total > candidates.length ? `\n  and ${total - candidates.length} more` : '';
  return new LockstepError({
    code: 'run-ambiguous',
    kind: 'usage',
    message: `${shown(reference)} can mean ${total} runs:\n${list}${more}`,
    mend: 'Give more of the id.',
  });
}

export function runIsLive(id: string): LockstepError {
  return new LockstepError({
    code: 'run-is-live',
    kind: 'usage',
    message: `Run ${id} is still running.`,
    mend: `Cancel it first with: lockstep cancel ${id}`,
  });
}

/** `reference` is an id, a part of one, or a name. */
export function runNotInTrash(reference: string): LockstepError {
  return new LockstepError({
    code: 'run-not-in-trash',
    kind: 'usage',
    message: `No run in the trash is called ${shown(reference)}; it may have been deleted for good.`,
    mend: 'Removed runs stay for 30 days. Those that are there: lockstep runs',
  });
}

export function runNotRestored(id: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'run-not-restored',
    message: `Run ${id} could not be moved back from the trash.`,
    cause,
  });
}

export function recordNotWritten(path: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'record-not-written',
    message: `${path} could not be written.`,
    mend: 'Check the free space and the permissions of the folder.',
    cause,
  });
}

/** The points of the failed call are not in the log; the log itself is still valid and may be appended to again. */
export function metricsNotWritten(path: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'metrics-not-written',
    message: `Metrics could not be written to ${path}.`,
    mend: 'Check the free space and the permissions of the folder.',
    cause,
  });
}

export function packageListUnreadable(hash: string, reason: string, cause?: unknown): LockstepError {
  return new LockstepError({
    code: 'package-list-unreadable',
    message: `The package list ${hash} ${reason}.`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** `position` counts characters from 0 in the text of the query. */
export function queryInvalid(problem: string, position: number, suggestion?: string): LockstepError {
  return new LockstepError({
    code: 'query-invalid',
    kind: 'usage',
    message: `${problem} at character ${position + 1} of the filter.`,
    ...(suggestion === undefined ? {} : { mend: suggestion }),
  });
}

/** @param cause What {@link queryInvalid} said of it. */
export function sortInvalid(key: string, cause: LockstepError): LockstepError {
  return new LockstepError({
    code: 'query-invalid',
    kind: 'usage',
    message: cause.message.replace(/of the filter\.$/, `of the sort key ${shown(key)}.`),
    ...(cause.mend === undefined ? {} : { mend: cause.mend }),
  });
}

/** Quoted, and cut so that a hostile reference cannot flood the terminal. */
function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
