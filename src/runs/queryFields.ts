/** What filters and sort keys can name: each field of a run, its type, and how its value is found. */
import type { ParameterValue } from './plan.ts';
import type { RunSummary } from './runSummary.ts';

/** `words`: several texts, of which any may match. `time`: milliseconds since the epoch. `duration`: milliseconds. */
export type FieldType = 'text' | 'words' | 'number' | 'flag' | 'time' | 'duration' | 'state' | 'any';

export type FieldValue = ParameterValue | readonly string[] | undefined;

interface PlainField {
  readonly type: FieldType;
  readonly of: (run: RunSummary, now: number) => FieldValue;
}

export const plainFields = {
  id: { type: 'text', of: run => run.id },
  name: { type: 'text', of: run => run.name },
  note: { type: 'text', of: run => run.note },
  state: { type: 'state', of: run => run.state },
  tag: { type: 'words', of: run => run.tags },
  experiment: { type: 'text', of: run => run.experiment },
  command: { type: 'text', of: run => run.argv.join(' ') },
  folder: { type: 'text', of: run => run.cwd },
  branch: { type: 'text', of: run => run.branch },
  commit: { type: 'text', of: run => run.head },
  host: { type: 'text', of: run => run.host },
  signal: { type: 'text', of: run => run.signal },
  failure: { type: 'text', of: run => run.failure },
  problem: { type: 'text', of: run => run.problem },
  code: { type: 'text', of: run => run.codeKnown },
  verdict: { type: 'words', of: run => run.verdicts.map(({ verdict }) => verdict) },
  reproduces: { type: 'text', of: run => run.reproduces },
  parent: { type: 'text', of: run => run.parent },
  origin: { type: 'text', of: run => run.importedFrom },
  purpose: { type: 'text', of: run => run.purpose },
  reruns: { type: 'text', of: run => run.rerunOf },
  seed: { type: 'any', of: run => run.seed },
  exit: { type: 'number', of: run => run.exitCode },
  changed: { type: 'number', of: run => run.changedCount },
  duration: { type: 'duration', of: run => run.durationMs },
  age: { type: 'duration', of: (run, now) => now - Date.parse(run.createdAt) },
  created: { type: 'time', of: run => Date.parse(run.createdAt) },
  started: { type: 'time', of: run => timeOf(run.startedAt) },
  ended: { type: 'time', of: run => timeOf(run.endedAt) },
  starred: { type: 'flag', of: run => run.star },
  archived: { type: 'flag', of: run => run.archived },
  live: { type: 'flag', of: run => run.stillRunning },
  children: { type: 'number', of: run => run.childRuns },
  child: { type: 'flag', of: run => run.parent !== undefined },
  imported: { type: 'flag', of: run => run.importedFrom !== undefined },
  reproduced: { type: 'flag', of: run => run.verdicts.length > 0 },
} as const satisfies Record<string, PlainField>;

export type PlainFieldName = keyof typeof plainFields;

/** What of a metric is meant: `step` is that of the last value. */
export const metricParts = ['last', 'min', 'max', 'count', 'step'] as const;
export type MetricPart = (typeof metricParts)[number];

export type QueryField =
  | { readonly kind: 'plain'; readonly name: PlainFieldName }
  | { readonly kind: 'metric'; readonly key: string; readonly part: MetricPart }
  | { readonly kind: 'parameter'; readonly key: string }
  /** Of those that the program itself gave, with a value. */
  | { readonly kind: 'tag'; readonly key: string };

export function fieldType(field: QueryField): FieldType {
  switch (field.kind) {
    case 'plain':
      return plainFields[field.name].type;
    case 'metric':
      return 'number';
    case 'parameter':
    case 'tag':
      return 'any';
  }
}

/** Undefined when the run has no such thing. @param now Milliseconds since the epoch, for `age`. */
export function fieldValue(run: RunSummary, field: QueryField, now: number): FieldValue {
  switch (field.kind) {
    case 'plain':
      return (plainFields[field.name] as PlainField).of(run, now);
    case 'parameter':
      return Object.hasOwn(run.parameters, field.key) ? run.parameters[field.key] : undefined;
    case 'tag':
      return Object.hasOwn(run.reportedTags ?? {}, field.key) ? run.reportedTags?.[field.key] : undefined;
    case 'metric': {
      const summary = Object.hasOwn(run.metrics, field.key) ? run.metrics[field.key] : undefined;
      return summary === undefined ? undefined : summary[field.part === 'step' ? 'lastStep' : field.part];
    }
  }
}

/** Other spellings that people try first. */
export const fieldSynonyms: ReadonlyMap<string, PlainFieldName> = new Map([
  ['tags', 'tag'],
  ['star', 'starred'],
  ['head', 'commit'],
  ['cmd', 'command'],
  ['cwd', 'folder'],
  ['status', 'state'],
  ['running', 'live'],
  ['exitcode', 'exit'],
]);

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
