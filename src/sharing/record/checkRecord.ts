/**
 * Whether a shared record may be taken: the gate for what strangers wrote, before anything of it lies where runs lie, and
 * for what is shared from here, before it leaves. Pure: files in, verified values out, or the reason why not.
 */
import { posix, win32 } from 'node:path';
import type * as z from 'zod';
import { annotationSchema } from '../../runs/annotation.ts';
import { capturedSchema, packageListSchema } from '../../runs/captured.ts';
import { causeReportSchema } from '../../runs/causeReport.ts';
import { determinismProbeSchema } from '../../runs/determinismProbe.ts';
import { knownValue } from '../../runs/known.ts';
import { planSchema, type Code, type Plan } from '../../runs/plan.ts';
import { resultSchema } from '../../runs/result.ts';
import { verdictSchema } from '../../runs/verdict.ts';
import { isOrdinaryGitDir } from './collectRecord.ts';
import { hashOf } from './hashOf.ts';
import {
  isKeptFile,
  manifestName,
  manifestSchema,
  recordFileOf,
  recordLimits,
  type Manifest,
} from './manifest.ts';
import { RecordProblem } from './recordProblem.ts';

/** A file of the commit: its bytes, or why it is none that could be read. */
export type SharedFiles = ReadonlyMap<string, Buffer>;

export interface CheckedRecord {
  readonly id: string;
  readonly manifest: Manifest;
  readonly plan: Plan;
  /** Hex sha256 of plan.json as shared. */
  readonly planSha256: string;
  /** By path in the commit, parsed JSON by the same path in `values`. What this version does not know is not among them. */
  readonly files: SharedFiles;
  readonly values: ReadonlyMap<string, unknown>;
}

/** @param files All of the commit but what is no ordinary file. Throws {@link RecordProblem}. */
export function checkRecord(id: string, files: SharedFiles): CheckedRecord {
  const manifest = readManifest(id, files.get(manifestName));
  const known = new Map<string, Buffer>();
  const values = new Map<string, unknown>();
  let total = 0;
  for (const [path, { sha256, size }] of Object.entries(manifest.files)) {
    const what = recordFileOf(path);
    // Of a newer version; nothing here would read it.
    if (what === undefined) continue;
    const bytes = files.get(path);
    if (bytes === undefined) throw new RecordProblem(`${shown(path)} is missing`);
    total += bytes.length;
    if (bytes.length > what.maxBytes || total > recordLimits.totalBytes)
      throw new RecordProblem(`${shown(path)} is too large`);
    if (bytes.length !== size || hashOf(bytes) !== sha256)
      throw new RecordProblem(`${shown(path)} was changed after it was shared`);
    if (what.child !== undefined && !manifest.children.includes(what.child))
      throw new RecordProblem(`it holds a run that it does not name, ${what.child}`);
    known.set(path, bytes);
    if (path.endsWith('.json') && !isKeptFile(what.name)) values.set(path, readJson(path, bytes));
  }
  for (const path of files.keys())
    if (path !== manifestName && recordFileOf(path) !== undefined && !known.has(path))
      throw new RecordProblem(`${shown(path)} is not named by its manifest`);
  const plan = checkPlan(values.get('record/plan.json'), id);
  if (knownValue(plan.code)?.tree !== manifest.snapshot)
    throw new RecordProblem('the snapshot of its manifest is another one than that of its plan');
  for (const child of manifest.children) {
    const { parent } = checkPlan(values.get(`children/${child}/plan.json`), child);
    if (parent !== id && !manifest.children.includes(parent ?? ''))
      throw new RecordProblem(`run ${child} is no child run of it`);
  }
  for (const [path, value] of values) checkValue(path, value, id);
  const planBytes = known.get('record/plan.json') ?? Buffer.alloc(0);
  return { id, manifest, plan, planSha256: hashOf(planBytes), files: known, values };
}

function readManifest(id: string, bytes: Buffer | undefined): Manifest {
  if (bytes === undefined) throw new RecordProblem('it has no manifest');
  if (bytes.length > recordLimits.manifestBytes) throw new RecordProblem('its manifest is too large');
  const parsed = manifestSchema.safeParse(readJson(manifestName, bytes));
  if (!parsed.success) throw new RecordProblem(`its manifest is none: ${issueOf(parsed.error)}`);
  if (parsed.data.id !== id) throw new RecordProblem('its manifest belongs to another run');
  if (Object.keys(parsed.data.files).length > recordLimits.files)
    throw new RecordProblem('it has too many files');
  return parsed.data;
}

function checkPlan(value: unknown, id: string): Plan {
  const parsed = planSchema.safeParse(value);
  if (!parsed.success) throw new RecordProblem(`plan.json: ${issueOf(parsed.error)}`);
  const plan = parsed.data;
  if (plan.id !== id) throw new RecordProblem('plan.json belongs to another run');
  if (Number.isNaN(Date.parse(plan.createdAt))) throw new RecordProblem('plan.json has no time');
  if (!isPlainAbsolute(plan.root))
    throw new RecordProblem(`its folder ${shown(plan.root)} is no absolute path`);
  requireBelow([plan.cwd], 'the folder of its command');
  requireNoEscape([...plan.declaredInputs, ...plan.declaredOutputs], 'plan.json');
  requireNoEscape(
    (plan.pins ?? []).flatMap(({ path, pinFile }) => [path, pinFile ?? '']),
    'plan.json',
  );
  const hidden = plan.argv.find(word => doesNotShow.test(word));
  if (hidden !== undefined)
    throw new RecordProblem(
      'its command has characters that would not show, or would show it as another one',
    );
  const code = knownValue(plan.code);
  if (code !== undefined) checkCode(code);
  return plan;
}

/** Controls but tab and line ends, and what turns the direction of text. */
// eslint-disable-next-line no-control-regex -- control characters are what this is about
const doesNotShow = /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/u;

/** Ids of objects go to git, paths to the disk, settings into a configuration: each is what it says. */
function checkCode(code: Code): void {
  const states = [code, ...code.submodules];
  for (const { head, headTree, heldTree, tree, settings } of states) {
    for (const gitId of [head, headTree, heldTree, tree])
      if (gitId !== undefined && !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(gitId))
        throw new RecordProblem(`${shown(gitId)} is no id of git`);
    for (const name of Object.keys(settings ?? {}))
      if (!/^core\.(?:autocrlf|eol|filemode|symlinks)$/.test(name))
        throw new RecordProblem(`it would set ${shown(name)} in git's configuration`);
  }
  for (const { gitDir } of code.submodules)
    if (gitDir !== undefined && !isOrdinaryGitDir(gitDir))
      throw new RecordProblem(`a submodule's git folder is ${shown(gitDir)}`);
  const gaps = [...code.gaps, ...code.submodules.flatMap(one => one.gaps ?? [])];
  for (const { blob } of gaps)
    if (blob !== undefined && !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(blob))
      throw new RecordProblem(`${shown(blob)} is no id of git`);
  requireBelow([...code.submodules, ...gaps].map(bytePath), 'its snapshot');
}

function bytePath({ path, pathBytes }: { path: string; pathBytes?: string | undefined }): string {
  return pathBytes === undefined ? path : Buffer.from(pathBytes, 'base64').toString('latin1');
}

function checkValue(path: string, value: unknown, id: string): void {
  const name = recordFileOf(path)?.name ?? '';
  const folder = name.includes('/') ? name.slice(0, name.indexOf('/')) : name;
  const schema = schemas[folder];
  if (schema === undefined) return;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new RecordProblem(`${name}: ${issueOf(parsed.error)}`);
  if (folder === 'captured.json') {
    const { inputs, present = [] } = capturedSchema.parse(value);
    requireNoEscape(
      [...inputs, ...present].map(input => input.path),
      name,
    );
  }
  if (folder === 'result.json') {
    const { outputs, pinned, madeFolders = [], links = [] } = resultSchema.parse(value);
    requireNoEscape(
      [...[...outputs, ...(pinned ?? []), ...links].map(output => output.path), ...madeFolders],
      name,
    );
  }
  if (folder === 'verdicts') {
    const { runId, reproductionId } = verdictSchema.parse(value);
    if (runId !== (recordFileOf(path)?.child ?? id) || name !== `verdicts/${reproductionId}.json`)
      throw new RecordProblem(`${name} is about another run`);
  }
}

const schemas: Readonly<Record<string, z.ZodType | undefined>> = {
  'captured.json': capturedSchema,
  'result.json': resultSchema,
  'packages.json': packageListSchema,
  annotations: annotationSchema,
  verdicts: verdictSchema,
  probes: determinismProbeSchema,
  causes: causeReportSchema,
};

function requireBelow(paths: readonly string[], where: string): void {
  for (const path of paths)
    if (isAbsolute(path))
      throw new RecordProblem(`${where} names ${shown(path)}, which is outside of the repository`);
  requireNoEscape(paths, where);
}

/** Absolute paths may stand in a record (data outside of the repository); a way up out of a folder never does. */
function requireNoEscape(paths: readonly string[], where: string): void {
  for (const path of paths)
    if (path.split(/[/\\]/).includes('..') || path.includes('\0'))
      throw new RecordProblem(`${where} names ${shown(path)}, which leads out of the repository`);
}

/** On the system that the run ran on, which need not be this one. A home folder stands as `/~home`. */
function isPlainAbsolute(path: string): boolean {
  return posix.isAbsolute(path)
    ? posix.normalize(path) === path
    : win32.isAbsolute(path) && win32.normalize(path) === path;
}

function isAbsolute(path: string): boolean {
  return posix.isAbsolute(path) || win32.isAbsolute(path);
}

const deepest = 64;
const longestText = 1024 * 1024;

function readJson(path: string, bytes: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf8', { fatal: true }).decode(bytes));
  } catch {
    throw new RecordProblem(`${shown(path)} is not JSON`);
  }
  requireModest(value, path, 0);
  return value;
}

/** What a reader could choke on: numbers that are none, texts and nestings without end. */
function requireModest(value: unknown, path: string, depth: number): void {
  if (depth > deepest) throw new RecordProblem(`${shown(path)} is nested too deeply`);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RecordProblem(`${shown(path)} holds a number that is too large`);
  if (typeof value === 'string' && value.length > longestText)
    throw new RecordProblem(`${shown(path)} holds a text that is too long`);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, one] of Object.entries(value)) {
    if (key.length > 4096) throw new RecordProblem(`${shown(path)} holds a name that is too long`);
    requireModest(one, path, depth + 1);
  }
}

function issueOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'invalid' : `${issue.path.join('.')} ${issue.message}`.trim().slice(0, 200);
}

/** Quoted and cut: it goes to a terminal. */
function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
