/**
 * Reads one run folder. Every file passes its schema here, once; what is wrong with one file costs that file and is
 * said, the rest stands. Synchronous, because thousands of small files are read several times faster that way; callers
 * pause between runs.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type * as z from 'zod';
import { isTemporaryName } from '../base/atomicFile.ts';
import { readFlags } from '../base/readFlags.ts';
import { errorText, systemErrorCode } from '../base/systemError.ts';
import { announcementSchema, type Announcement } from './announcement.ts';
import { annotationSchema, requestSchema, type RunRequest } from './annotation.ts';
import { broughtSchema } from './brought.ts';
import { capturedSchema, type Captured } from './captured.ts';
import { mergeAnnotations, type MergedAnnotations, type ReadAnnotation } from './mergeAnnotations.ts';
import { planSchema, type Plan } from './plan.ts';
import { mergeReported, reportedSchema, type Reported } from './reported.ts';
import { processRecordSchema, type ProcessRecord } from './processRecord.ts';
import { resultSchema, type Result } from './result.ts';
import { runPathsIn } from './runPaths.ts';
import { sharedRecordSchema, type SharedRecord } from './sharedRecord.ts';
import { verdictSchema, type Verdict } from './verdict.ts';

export interface RunRecord {
  readonly plan?: Plan;
  /** Only while there is no plan. */
  readonly announcement?: Announcement;
  readonly process?: ProcessRecord;
  readonly captured?: Captured;
  readonly result?: Result;
  readonly reported?: Reported;
  readonly shared?: SharedRecord;
  readonly annotations: MergedAnnotations;
  readonly verdicts: readonly Verdict[];
  readonly requests: readonly (RunRequest & { readonly id: string })[];
  /** Milliseconds since the epoch: the newest of heartbeat and run folder. Only looked up without a result. */
  readonly lastSignOfLife: number;
  readonly problems: readonly string[];
}

/**
 * `summary` leaves out what no summary shows (captured.json, requests, and process.json of an ended run).
 * Undefined when there is no such folder.
 */
export function readRunRecord(dir: string, extent: 'summary' | 'all'): RunRecord | undefined {
  try {
    const record = readNamed(dir, extent, new Set(readdirSync(dir)));
    return record.result === undefined ? { ...record, lastSignOfLife: lastSignOfLife(dir) } : record;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    return { ...nothing, problems: [folderProblem(error)] };
  }
}

/**
 * The same as a `summary` for a run that looks as ended runs do, without listing its folder, which takes longer than
 * reading it. Undefined when it looks otherwise in any way.
 */
export function readEndedRecord(
  dir: string,
  has: { readonly annotations: boolean; readonly verdicts: boolean; readonly shared: boolean },
): RunRecord | undefined {
  const names = new Set(['result.json', 'plan.json']);
  if (has.annotations) names.add('annotations');
  if (has.verdicts) names.add('verdicts');
  if (has.shared) names.add('shared.json');
  if (has.verdicts || (has.shared && has.annotations)) names.add('brought.json');
  const record = readNamed(dir, 'summary', names);
  return record.result === undefined || record.plan === undefined ? undefined : record;
}

function readNamed(dir: string, extent: 'summary' | 'all', names: ReadonlySet<string>): RunRecord {
  const paths = runPathsIn(dir);
  const problems: string[] = [];
  const one = <T extends z.ZodType>(path: string, schema: T): z.output<T> | undefined => {
    const name = basename(path);
    return names.has(name) ? readValid(path, schema, problems, name) : undefined;
  };
  const many = <T extends z.ZodType>(path: string, schema: T): [string, z.output<T>][] =>
    names.has(basename(path)) ? readFolder(path, schema, problems) : [];

  // The result comes first: a run that ends while it is read is then seen as running, never as lost.
  const result = one(paths.result, resultSchema);
  const plan = one(paths.plan, planSchema);
  const announcement = plan === undefined ? one(paths.launch, announcementSchema) : undefined;
  const full = extent === 'all';
  const process = full || result === undefined ? one(paths.process, processRecordSchema) : undefined;
  const reported =
    result === undefined ? reportedSoFar(paths.reported, names, problems) : reportedAtEnd(result);
  const shared = one(paths.shared, sharedRecordSchema);
  const captured = full ? one(paths.captured, capturedSchema) : undefined;
  const statements = one(paths.brought, broughtSchema)?.statements ?? {};
  // What a file says itself of who brought it does not count.
  const signed = <T extends { broughtBy?: string | undefined }>(place: string, value: T): T => {
    const by = Object.hasOwn(statements, place) ? statements[place]?.by : undefined;
    if (by !== undefined) return { ...value, broughtBy: by };
    if (value.broughtBy === undefined) return value;
    const copy = { ...value };
    delete copy.broughtBy;
    return copy;
  };
  const annotations = many(paths.annotations, annotationSchema).map(([name, value]) =>
    signed<ReadAnnotation>(`annotations/${name}`, value),
  );
  const verdicts = many(paths.verdicts, verdictSchema)
    .map(([name, verdict]) => signed<Verdict>(`verdicts/${name}`, verdict))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const requests = full ? many(paths.requests, requestSchema) : [];
  if (plan !== undefined && plan.id !== basename(dir)) problems.push('plan.json belongs to another run');
  // A preparation that failed or was cancelled left no plan, and what was asked for is known.
  const neverPlanned = announcement !== undefined && result?.startedAt === undefined;
  if (plan === undefined && result !== undefined && !neverPlanned && problems.length === 0)
    problems.push('plan.json is missing');
  return {
    ...(plan === undefined ? {} : { plan }),
    ...(announcement === undefined ? {} : { announcement }),
    ...(process === undefined ? {} : { process }),
    ...(captured === undefined ? {} : { captured }),
    ...(result === undefined ? {} : { result }),
    ...(reported === undefined ? {} : { reported }),
    ...(shared === undefined ? {} : { shared }),
    annotations: mergeAnnotations(annotations),
    verdicts,
    requests: requests.map(([name, request]) => ({ ...request, id: name.replace(/\.json$/, '') })),
    lastSignOfLife: 0,
    problems,
  };
}

function reportedAtEnd({ reported, reportedParameters }: Result): Reported | undefined {
  const parameters = Object.entries(reportedParameters).map(([name, { value }]) => [name, value] as const);
  if (reported === undefined && parameters.length === 0) return undefined;
  return { ...(reported ?? reportedSchema.parse({})), parameters: Object.fromEntries(parameters) };
}

function reportedSoFar(path: string, names: ReadonlySet<string>, problems: string[]): Reported | undefined {
  if (!names.has(basename(path))) return undefined;
  try {
    return mergeReported(readFileSync(path, { encoding: 'utf8', flag: readFlags }));
  } catch (error) {
    problems.push(`${basename(path)} cannot be read: ${errorText(error)}`);
    return undefined;
  }
}

const nothing = { annotations: mergeAnnotations([]), verdicts: [], requests: [], lastSignOfLife: 0 };

function folderProblem(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === 'ENOTDIR') return 'a file where the run folder should be';
  if (code === 'ELOOP') return 'a link that leads to itself where the run folder should be';
  return `the run folder cannot be read: ${errorText(error)}`;
}

function readFolder<T extends z.ZodType>(
  path: string,
  schema: T,
  problems: string[],
): [string, z.output<T>][] {
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    problems.push(`${basename(path)} cannot be read: ${errorText(error)}`);
    return [];
  }
  const values: [string, z.output<T>][] = [];
  for (const name of names.sort()) {
    if (!name.endsWith('.json') || isTemporaryName(name)) continue;
    const value = readValid(join(path, name), schema, problems, `${basename(path)}/${name}`);
    if (value !== undefined) values.push([name, value]);
  }
  return values;
}

function readValid<T extends z.ZodType>(
  path: string,
  schema: T,
  problems: string[],
  name: string,
): z.output<T> | undefined {
  let text: string;
  try {
    text = readFileSync(path, { encoding: 'utf8', flag: readFlags });
  } catch (error) {
    // Moved away since the folder was listed.
    if (systemErrorCode(error) !== 'ENOENT') problems.push(`${name} cannot be read: ${errorText(error)}`);
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    problems.push(text.trim() === '' ? `${name} is empty` : `${name} is not JSON`);
    return undefined;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  problems.push(`${name}: ${issue === undefined ? 'invalid' : `${issue.path.join('.')} ${issue.message}`}`);
  return undefined;
}

function lastSignOfLife(dir: string): number {
  const { heartbeat } = runPathsIn(dir);
  const folder = statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.max(folder, statSync(heartbeat, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}
