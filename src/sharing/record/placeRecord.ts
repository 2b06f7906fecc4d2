/**
 * Puts a checked record into the store: written beside its place and renamed into it, so that a run is there whole or not
 * at all. A run that is there already is never replaced; it only gets the verdicts that others came to.
 */
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic, writeJsonAtomic } from '../../base/atomicFile.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { packageListSchema } from '../../runs/captured.ts';
import { recordNotWritten } from '../../runs/errors.ts';
import { readMetricLogs } from '../../runs/metricLog.ts';
import { writePackageList } from '../../runs/packageStore.ts';
import { runPaths, runPathsIn, type StorePath } from '../../runs/runPaths.ts';
import { sharedRecordSchema, type SharedRecord } from '../../runs/sharedRecord.ts';
import { unplacedPrefix } from './sweepFolders.ts';
import type { CheckedRecord } from './checkRecord.ts';
import { RecordProblem } from './recordProblem.ts';
import { hashOf } from './hashOf.ts';
import { sharedPlan } from './collectRecord.ts';
import { readBrought } from './creditsOf.ts';
import { isKeptFile, recordFileOf, recordPathOf } from './manifest.ts';
import { localText, localValue, type Neutral } from './neutralText.ts';
import { isSamePlan } from './isSamePlan.ts';
import { readOwnFile } from './readOwnFile.ts';

export interface PlaceRequest {
  readonly store: StorePath;
  readonly record: CheckedRecord;
  readonly origin: SharedRecord;
  /** Author of the newest commit, who brought what no one has signed; '' for none. */
  readonly pushedBy: string;
  /** To tell whether a run that was recorded here is the one that was shared. */
  readonly neutral: Neutral;
}

export interface PlacedRecord {
  /** `own`: it was recorded here. */
  readonly how: 'new' | 'updated' | 'own';
  /** Verdicts that were not here before. */
  readonly verdicts: number;
}

/** Throws {@link RecordProblem} where another run has its id, and `record-not-written`. */
export async function placeRecord(request: PlaceRequest): Promise<PlacedRecord> {
  const { store, record } = request;
  const { dir } = runPaths(store, record.id);
  if (await exists(dir)) return addTo(dir, request);
  try {
    // Before anything is written: a run that is here already is nobody else's child.
    const { missing } = await childrenHere(request);
    for (const child of missing)
      if (!(await placeOne(runPaths(store, child).dir, child, request))) await childHere(child, request);
    return (await placeOne(dir, undefined, request))
      ? { how: 'new', verdicts: statementsOf(record, 'verdicts', undefined).length }
      : await addTo(dir, request);
  } catch (error) {
    throw systemErrorCode(error) === undefined ? error : recordNotWritten(dir, error);
  }
}

/** False when somebody else has put it there meanwhile. */
async function placeOne(dir: string, child: string | undefined, request: PlaceRequest): Promise<boolean> {
  const { record, origin } = request;
  await mkdir(dirname(dir), { recursive: true });
  const staging = await mkdtemp(join(dirname(dir), unplacedPrefix));
  try {
    for (const [path, bytes] of record.files) {
      const file = recordFileOf(path);
      if (file === undefined || file.child !== child || file.name === 'packages.json') continue;
      const target = join(staging, file.name);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, await localBytes(path, file.name, bytes, request));
    }
    await requireMetrics(staging);
    const said = statementFolders.flatMap(folder => statementsOf(record, folder, child));
    await noteBrought(
      staging,
      said.map(([name]) => name),
      child,
      request,
    );
    const plan = record.files.get(recordPathOf('plan.json', child)) ?? Buffer.alloc(0);
    await writeJsonAtomic(runPathsIn(staging).shared, { ...origin, planSha256: hashOf(plan) });
    await rename(staging, dir);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if ((code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM') && (await exists(dir))) return false;
    throw error;
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function localBytes(
  path: string,
  name: string,
  bytes: Buffer,
  request: PlaceRequest,
): Promise<Uint8Array | string> {
  const { record, neutral } = request;
  if (name === 'metrics.bin' || name === 'stdin' || isKeptFile(name)) return bytes;
  if (name.endsWith('.jsonl')) return localLines(bytes.toString('utf8'), neutral.home);
  if (!name.endsWith('.json')) return localText(bytes.toString('utf8'), neutral.home);
  const value = localValue(record.values.get(path), neutral.home);
  const whole =
    name === 'captured.json' && path === recordPathOf(name) ? await withPackages(value, request) : value;
  return `${JSON.stringify(whole, null, 1)}\n`;
}

function localLines(text: string, home: string): string {
  const lines = text.split('\n').flatMap(line => {
    try {
      return line.trim() === '' ? [] : [JSON.stringify(localValue(JSON.parse(line), home))];
    } catch {
      // A torn line says nothing.
      return [];
    }
  });
  return lines.map(line => `${line}\n`).join('');
}

/** The list goes where lists lie, under the name that it has here. */
async function withPackages(captured: unknown, { store, record, neutral }: PlaceRequest): Promise<unknown> {
  const shared = record.values.get(recordPathOf('packages.json'));
  if (typeof captured !== 'object' || captured === null) return captured;
  if (shared === undefined)
    return { ...captured, packages: { known: 'unknown', reason: 'the list was not shared' } };
  const { packages } = packageListSchema.parse(localValue(shared, neutral.home));
  const list = await writePackageList(store, packages);
  // What somebody else says was captured there.
  return { ...captured, packages: { known: 'captured', value: { list, count: packages.length } } };
}

const mostSeries = 50_000;
/** Of a `shared.json`. */
const mostSharedBytes = 1024 * 1024;

async function requireMetrics(dir: string): Promise<void> {
  const { series, problems, tornBytes } = await readMetricLogs(dir);
  if (problems.length > 0 || tornBytes > 0) throw new RecordProblem('its metrics cannot be read');
  if (series.length > mostSeries) throw new RecordProblem('it has too many metrics');
}

async function addTo(dir: string, request: PlaceRequest): Promise<PlacedRecord> {
  const { store, record, origin, neutral } = request;
  const paths = runPathsIn(dir);
  const sharedHere = await readShared(dir);
  const here = await planIn(dir, neutral);
  const run = sharedHere === undefined ? {} : { shared: sharedHere };
  if (!isSamePlan(record.files.get(recordPathOf('plan.json')), here, run))
    throw new RecordProblem('another run with the same id is here, and one of the two was changed');
  const children = sharedHere === undefined ? [] : (await childrenHere(request)).fetched;
  // Of a run of one's own the names and notes of others stay with them.
  const folders = sharedHere === undefined ? ['verdicts'] : statementFolders;
  const verdicts = await addStatements(dir, undefined, folders, request);
  if (sharedHere === undefined) return { how: 'own', verdicts };
  for (const child of children)
    await addStatements(runPaths(store, child).dir, child, statementFolders, request);
  // Who shared it first stays; who brought what later is in brought.json.
  const { confirmedAt, confirmedFor, sharedBy } = sharedHere;
  await writeJsonAtomic(paths.shared, {
    ...origin,
    ...(sharedBy === undefined ? {} : { sharedBy }),
    ...(confirmedAt === undefined ? {} : { confirmedAt }),
    ...(confirmedFor === undefined ? {} : { confirmedFor }),
  });
  return { how: 'updated', verdicts };
}

/** What of its child runs is here: those that came from others before, and those that are not here at all. */
async function childrenHere(
  request: PlaceRequest,
): Promise<{ readonly fetched: readonly string[]; readonly missing: readonly string[] }> {
  const fetched: string[] = [];
  const missing: string[] = [];
  for (const child of request.record.manifest.children) {
    if (!(await exists(runPaths(request.store, child).dir))) missing.push(child);
    else if ((await childHere(child, request)) === 'fetched') fetched.push(child);
  }
  return { fetched, missing };
}

/** Where it came from. Throws {@link RecordProblem} where another run has the id: a child run has one parent for ever. */
async function childHere(
  child: string,
  { store, record, neutral }: PlaceRequest,
): Promise<'fetched' | 'recorded'> {
  const { dir } = runPaths(store, child);
  const shared = await readShared(dir);
  const plan = record.files.get(recordPathOf('plan.json', child));
  const here = await planIn(dir, neutral);
  // Fetched by an early version, it has the hash of its parent's plan: then its own is compared.
  const same = (shared !== undefined && isSamePlan(plan, here, { shared })) || isSamePlan(plan, here, {});
  if (!same) throw new RecordProblem(`another run with the id of its child run ${child} is here`);
  return shared === undefined ? 'recorded' : 'fetched';
}

/** Of a run that is here, as it would be shared. */
async function planIn(dir: string, neutral: Neutral): Promise<Buffer | undefined> {
  const most = recordFileOf('record/plan.json')?.maxBytes ?? 0;
  const bytes = await readOwnFile(dir, 'plan.json', most).catch(() => undefined);
  return bytes === undefined ? undefined : neutralBytes(bytes, neutral);
}

const statementFolders = ['verdicts', 'annotations', 'probes', 'causes'];

/** What is not here yet. The number of new verdicts. */
async function addStatements(
  dir: string,
  child: string | undefined,
  folders: readonly string[],
  request: PlaceRequest,
): Promise<number> {
  let verdicts = 0;
  for (const folder of folders)
    for (const [name, value] of statementsOf(request.record, folder, child)) {
      const target = join(dir, name);
      if (await exists(target)) continue;
      // First: a verdict of somebody else is never taken for one of this machine.
      await noteBrought(dir, [name], child, request);
      await mkdir(dirname(target), { recursive: true });
      await writeFileAtomic(target, `${JSON.stringify(localValue(value, request.neutral.home), null, 1)}\n`);
      if (folder === 'verdicts') verdicts++;
    }
  return verdicts;
}

function statementsOf(record: CheckedRecord, folder: string, child: string | undefined): [string, unknown][] {
  return [...record.values].flatMap(([path, value]): [string, unknown][] => {
    const file = recordFileOf(path);
    return file !== undefined && file.child === child && file.name.startsWith(`${folder}/`)
      ? [[file.name, value]]
      : [];
  });
}

async function noteBrought(
  dir: string,
  names: readonly string[],
  child: string | undefined,
  { record, origin, pushedBy }: PlaceRequest,
): Promise<void> {
  if (names.length === 0) return;
  const { remote, url, commit, fetchedAt } = origin;
  const before = await readBrought(dir);
  const added = names.map(name => {
    const by = record.manifest.files[recordPathOf(name, child)]?.by ?? pushedBy;
    return [name, { by, remote, url, commit, fetchedAt }] as const;
  });
  await writeJsonAtomic(runPathsIn(dir).brought, {
    schemaVersion: 1,
    statements: { ...before, ...Object.fromEntries(added) },
  });
}

function neutralBytes(plan: Buffer, neutral: Neutral): Buffer {
  try {
    return Buffer.from(JSON.stringify(sharedPlan(JSON.parse(plan.toString('utf8')), neutral)));
  } catch {
    return plan;
  }
}

async function readShared(dir: string): Promise<SharedRecord | undefined> {
  try {
    const bytes = await readOwnFile(dir, 'shared.json', mostSharedBytes);
    return sharedRecordSchema.parse(JSON.parse(bytes?.toString('utf8') ?? ''));
  } catch {
    return undefined;
  }
}

/** Of a record on its way into the store. */
export function originOf(
  record: CheckedRecord,
  about: Pick<SharedRecord, 'remote' | 'url' | 'commit' | 'sharedBy' | 'sharedAt' | 'pushedBy'>,
): SharedRecord {
  const planBytes = record.files.get(recordPathOf('plan.json')) ?? Buffer.alloc(0);
  return { schemaVersion: 1, ...about, planSha256: hashOf(planBytes), fetchedAt: new Date().toISOString() };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
