/** What MLflow's tags mean to a run of Lockstep: a name, a note, or a tag of the user's; its own ones stay inside. */
import type { ReportedLine } from '../../runs/reported.ts';

export const tagNames = {
  name: 'mlflow.runName',
  note: 'mlflow.note.content',
  parent: 'mlflow.parentRunId',
  user: 'mlflow.user',
  loggedImages: 'mlflow.loggedImages',
  loggedArtifacts: 'mlflow.loggedArtifacts',
  /** Where MLflow 2 keeps the models that a run logged. */
  models: 'mlflow.log-model.history',
  rank: 'lockstep.rank',
} as const;

/** Undefined when there is nothing to report. The name is told apart elsewhere, since one may be invented. */
export function reportedTags(
  tags: readonly (readonly [string, string | null])[],
): Omit<ReportedLine, 'at'> | undefined {
  const shown = tags.filter(([key]) => !key.startsWith('mlflow.') && !key.startsWith('lockstep.'));
  const note = tags.findLast(([key]) => key === tagNames.note);
  if (shown.length === 0 && note === undefined) return undefined;
  return {
    ...(shown.length === 0 ? {} : { tags: Object.fromEntries(shown) }),
    ...(note === undefined ? {} : { note: note[1] ?? '' }),
  };
}

/** Of the process that logs, where it is one of several. */
export function rankOf(tags: ReadonlyMap<string, string>): number | undefined {
  const text = tags.get(tagNames.rank);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
