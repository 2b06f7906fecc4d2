/** The files of a run's record as they are shared: what others need to judge and repeat it, without names of people and machines. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openOwnFile } from '../../base/openOwnFile.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { knownValue } from '../../runs/known.ts';
import { encodeFrame } from '../../runs/metricFrames.ts';
import { readPackageList } from '../../runs/packageStore.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { isRunId } from '../../runs/runFolders.ts';
import { runPaths, runPathsIn, type RunPaths, type StorePath } from '../../runs/runPaths.ts';
import { writeMetricSeries } from '../../runs/writeMetricSeries.ts';
import { metricSources } from '../../tracking/lineFolder.ts';
import { readRunMetrics } from '../../tracking/readRunMetrics.ts';
import { notShareable } from '../errors.ts';
import type { Finding } from '../scan/scanOutgoing.ts';
import { keptFileBytes } from './keptSizes.ts';
import { keptFiles, KeptRoom, namingOf, type LeftOut, type Naming } from './keptFiles.ts';
import { logTailBytes, recordFileOf, recordPathOf } from './manifest.ts';
import { neutralText, neutralValue, type Neutral } from './neutralText.ts';
import { repeatedSecrets, withoutUnchecked } from './repeatedSecrets.ts';
import { RecordProblem } from './recordProblem.ts';
import { readOwnFile, requireOrdinaryFiles } from './readOwnFile.ts';

export interface CollectedRecord {
  /** By path in the commit. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly children: readonly string[];
  /** Those of them in which a secret of the command stands, though nothing about it looks like one. */
  readonly secrets: readonly Finding[];
  /** What the program printed or kept and is not among them, with its child runs'. */
  readonly left: readonly LeftOut[];
  /** What goes along byte for byte, and names its author's folders. */
  readonly naming: readonly Naming[];
}

export interface CollectRequest {
  readonly store: StorePath;
  readonly run: RunDetails;
  readonly neutral: Neutral;
  /** False leaves out what the run printed. */
  readonly logs: boolean;
  /** Paths in the commit that a person has looked at. */
  readonly allowed?: ReadonlySet<string>;
  /** Of one image, artifact or file of a model; 0 for none. Those of {@link keptFileBytes} when absent. */
  readonly maxSize?: number | undefined;
}

const mostChildren = 200;
/** Of the file that lists them. */
const mostChildrenBytes = 16 * 1024 * 1024;

/** Throws `run-not-shareable` for a record that lacks its plan or has links in its files' places, and what reading it throws. */
export async function collectRecord(request: CollectRequest): Promise<CollectedRecord> {
  try {
    return await collectAll(request);
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    const { id, dir } = request.run;
    throw notShareable(id, error.message, `Look at what lies in ${dir}`);
  }
}

async function collectAll(request: CollectRequest): Promise<CollectedRecord> {
  const { store, run } = request;
  const files = new Map(await collectOne(run.dir, undefined, request));
  const packages = knownValue(run.captured?.packages)?.list;
  // A list that is gone is named among what is not known, by whoever reads the record.
  const list =
    packages === undefined ? undefined : await readPackageList(store, packages).catch(() => undefined);
  if (list !== undefined)
    files.set(
      recordPathOf('packages.json'),
      jsonOf(neutralValue({ schemaVersion: 1, packages: list }, request.neutral)),
    );
  const children: string[] = [];
  for (const child of await childrenOf(runPathsIn(run.dir))) {
    if (children.length === mostChildren) break;
    const { dir } = runPaths(store, child);
    const parts = await collectOne(dir, child, { ...request, logs: false }).catch((error: unknown) => {
      // Removed since.
      if (systemErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (parts === undefined) continue;
    for (const [path, bytes] of parts) files.set(path, bytes);
    children.push(child);
  }
  // Last: what a program kept gets the room that all else leaves.
  const room = new KeptRoom(request.maxSize ?? keptFileBytes, files);
  const unchecked = withoutUnchecked(run, files, request.allowed);
  const left: LeftOut[] = [...unchecked];
  const stdin = recordPathOf(basename(runPathsIn(run.dir).stdin));
  const naming = namingOf(stdin, files.get(stdin) ?? Buffer.alloc(0), request.neutral);
  for (const child of [undefined, ...children]) {
    const dir = child === undefined ? run.dir : runPaths(store, child).dir;
    const kept = await keptFiles(runPathsIn(dir), child, request.neutral, room);
    for (const [path, bytes] of kept.files) files.set(path, bytes);
    left.push(...kept.left);
    naming.push(...kept.naming);
  }
  return { files, children, secrets: repeatedSecrets(run, files), left, naming };
}

async function collectOne(
  dir: string,
  child: string | undefined,
  { neutral, logs, run }: CollectRequest,
): Promise<[string, Buffer][]> {
  const paths = runPathsIn(dir);
  const files: [string, Buffer][] = [];
  const add = (name: string, bytes: Buffer | undefined): void => {
    if (bytes !== undefined) files.push([recordPathOf(name, child), bytes]);
  };
  await requireOrdinaryFiles(dir);
  const plan = await readJson(dir, 'plan.json', child);
  if (plan === undefined) {
    if (child !== undefined) return [];
    throw notShareable(
      run.id,
      'its plan cannot be read',
      'Look at the record: lockstep show ' + run.id.slice(-6),
    );
  }
  add('plan.json', jsonOf(sharedPlan(plan, neutral)));
  for (const name of ['captured.json', 'result.json']) {
    const value = await readJson(dir, name, child);
    if (value !== undefined) add(name, jsonOf(neutralValue(value, neutral)));
  }
  add('metrics.bin', await metricsOf(paths, isObject(plan) && plan['metricLines'] === true));
  const reported = await textOf(dir, basename(paths.reported), child);
  if (reported !== undefined) add('reported.jsonl', neutralLines(reported, neutral));
  for (const folder of [paths.annotations, paths.verdicts, paths.probes, paths.causes])
    for (const [name, bytes] of await statementsIn(dir, basename(folder), neutral))
      add(`${basename(folder)}/${name}`, bytes);
  if (logs)
    for (const name of [basename(paths.stdout), basename(paths.stderr)])
      add(name, await tailOf(dir, name, neutral));
  if (run.plan?.stdin === 'stored' && child === undefined) add('stdin', await bytesOf(dir, 'stdin', child));
  return files;
}

/** What holds for this machine alone does not travel: keyed hashes of variables, the mark of this store. */
export function sharedPlan(plan: unknown, neutral: Neutral): unknown {
  const value = neutralValue(plan, neutral);
  if (!isObject(value)) return value;
  const { variables, environment, ...others } = value;
  // In the same order each time: the bytes of a plan are what it is known by.
  const rest = without(others, 'hiddenVariables');
  return {
    ...rest,
    ...(isObject(environment) ? { environment: withoutMark(environment) } : {}),
    ...(isObject(variables)
      ? {
          hiddenVariables: 'not-shared',
          variables: Object.fromEntries(
            Object.entries(variables).filter(([, one]) => isObject(one) && 'value' in one),
          ),
        }
      : {}),
    ...(isObject(rest['code']) ? { code: withoutPlaces(rest['code']) } : {}),
  };
}

function withoutMark(environment: Record<string, unknown>): Record<string, unknown> {
  const { container } = environment;
  if (!isObject(container)) return environment;
  return { ...environment, container: without(container, 'mark', 'endpoint') };
}

/** A submodule's git folder on this machine is of no use elsewhere, unless it lies where git puts it everywhere. */
function withoutPlaces(code: Record<string, unknown>): Record<string, unknown> {
  const { value } = code;
  if (!isObject(value) || !Array.isArray(value['submodules'])) return code;
  const submodules = value['submodules'].map((one: unknown) => {
    if (!isObject(one) || isOrdinaryGitDir(one['gitDir'])) return one;
    return without(one, 'gitDir');
  });
  return { ...code, value: { ...value, submodules } };
}

/** `modules/<name>` below the common folder. */
export function isOrdinaryGitDir(gitDir: unknown): boolean {
  return (
    typeof gitDir === 'string' &&
    gitDir.startsWith('modules/') &&
    !gitDir.split(/[/\\]/).some(part => part === '..' || part === '')
  );
}

/**
 * Written anew: the log itself also says which files of this machine the points came from. What was printed counts as
 * read to its end, so that nobody takes points from the shared log a second time.
 */
async function metricsOf(paths: RunPaths, metricLines: boolean): Promise<Buffer | undefined> {
  const { series } = await readRunMetrics(paths, { metricLines, ended: true });
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-share-'));
  try {
    const path = join(folder, 'metrics.bin');
    writeMetricSeries(path, series);
    const read = Object.values(metricSources).map(source => ({ source, offset: Number.MAX_SAFE_INTEGER }));
    return Buffer.concat([await readFile(path), encodeFrame([], [], () => 0, read)]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Stars and the archive are everybody's own. @param folder In the run folder. */
async function statementsIn(dir: string, folder: string, neutral: Neutral): Promise<[string, Buffer][]> {
  const names = await readdir(join(dir, folder)).catch(() => []);
  const files: [string, Buffer][] = [];
  for (const name of names.sort()) {
    if (!name.endsWith('.json') || !isRunId(name.slice(0, -'.json'.length))) continue;
    // One that cannot be read, or came by a link, is nobody's statement.
    const value = await readJson(dir, `${folder}/${name}`, undefined).catch(() => undefined);
    if (!isObject(value)) continue;
    const rest = without(value, 'star', 'archived');
    if (folder === 'annotations' && Object.keys(rest).every(key => key === 'schemaVersion' || key === 'at'))
      continue;
    files.push([name, jsonOf(neutralValue(folder === 'annotations' ? rest : value, neutral))]);
  }
  return files;
}

function neutralLines(text: string, neutral: Neutral): Buffer {
  const lines = text.split('\n').flatMap(line => {
    try {
      return line.trim() === '' ? [] : [JSON.stringify(neutralValue(JSON.parse(line), neutral))];
    } catch {
      // A torn line says nothing.
      return [];
    }
  });
  return Buffer.from(lines.map(line => `${line}\n`).join(''));
}

/** From the first whole line on. */
async function tailOf(dir: string, name: string, neutral: Neutral): Promise<Buffer | undefined> {
  await using file = await openOwnFile(dir, name);
  const size = (await file?.stat())?.size ?? 0;
  if (file === undefined || size === 0) return undefined;
  const length = Math.min(size, logTailBytes);
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, size - length);
  const text = bytes.toString('utf8');
  if (length === size) return Buffer.from(neutralText(text, neutral));
  const from = text.indexOf('\n') + 1;
  const left = size - length + Buffer.byteLength(text.slice(0, from));
  return Buffer.from(`[the first ${left} bytes are not shared]\n${neutralText(text.slice(from), neutral)}`);
}

/** Ids of its child runs. */
export async function childrenOf({ dir, children }: RunPaths): Promise<string[]> {
  const text = (await readOwnFile(dir, basename(children), mostChildrenBytes))?.toString('utf8') ?? '';
  return [...new Set(text.match(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g))];
}

/** Undefined when there is no such file. Rejects where it cannot be read, or is no JSON. */
async function readJson(dir: string, name: string, child: string | undefined): Promise<unknown> {
  const text = await textOf(dir, name, child);
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

async function textOf(dir: string, name: string, child: string | undefined): Promise<string | undefined> {
  return (await bytesOf(dir, name, child))?.toString('utf8');
}

/** Up to the size that the record of a run may have of it. */
async function bytesOf(dir: string, name: string, child: string | undefined): Promise<Buffer | undefined> {
  return readOwnFile(dir, name, recordFileOf(recordPathOf(name, child))?.maxBytes ?? 0);
}

function jsonOf(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
}

function without(value: Record<string, unknown>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
