/**
 * Exports a run as one zip file: an RO-Crate with its record, the files as they ran, the list of packages, and a script
 * that repeats it without Lockstep. What leaves this way is looked at for secrets as a push is.
 */
import { lstat, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import { readCommandWords } from '../../execution/capture/commandWords.ts';
import { findRepository } from '../../git/findRepository.ts';
import { awaitCaptured } from '../../reproduction/awaitCaptured.ts';
import { commandLabel } from '../../runs/commandLabel.ts';
import { knownValue } from '../../runs/known.ts';
import { packageListSchema, type FileUse, type Package } from '../../runs/captured.ts';
import { planSchema } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPathsIn, type StorePath } from '../../runs/runPaths.ts';
import { metricValueToJson } from '../../runs/result.ts';
import { exportExists, exportFolderMissing, exportTooLarge, notShareable } from '../errors.ts';
import { checkRecord, RecordProblem, type CheckedRecord } from '../record/checkRecord.ts';
import { hashOf } from '../record/hashOf.ts';
import { collectRecord } from '../record/collectRecord.ts';
import { manifestName, manifestVersion, recordPathOf } from '../record/manifest.ts';
import { neutralOf } from '../record/machineName.ts';
import { identity } from '../record/writeRecordCommit.ts';
import { findSecretsIn, secretByName } from '../scan/findSecrets.ts';
import { packingOf } from '../scan/readableText.ts';
import type { Finding } from '../scan/scanOutgoing.ts';
import type { ShareTask } from '../shareTask.ts';
import { comparePython } from './comparePython.ts';
import { crateMetadata } from './crateMetadata.ts';
import { reproduceScript } from './reproduceScript.ts';
import { snapshotFiles } from './snapshotFiles.ts';
import { zipFile, type ZipEntry } from './zipFile.ts';

export interface ExportRequest {
  readonly store: StorePath;
  readonly root: string;
  readonly run: RunDetails;
  /** Absolute; must not exist. */
  readonly output: string;
  readonly toolVersion: string;
  readonly allow?: readonly string[];
  readonly logs?: boolean;
}

export interface ExportOutcome {
  readonly id: string;
  /** `refused`: nothing was written, `findings` say why. */
  readonly state: 'exported' | 'refused';
  readonly path: string;
  readonly bytes: number;
  readonly files: number;
  readonly findings: readonly Finding[];
  /** Packed files, which nobody has looked into. */
  readonly unread: readonly Finding[];
  /** What the run read and the file does not hold. */
  readonly missing: readonly string[];
  /** Whether `reproduce.sh` is in it: without the code there is nothing to repeat. */
  readonly repeatable: boolean;
}

/** Inputs that no snapshot holds go along up to this size together. */
const inputBytes = 64 * 1024 * 1024;

/** Rejects with `export-exists`, `export-folder-missing`, `export-too-large`, `run-not-shareable`. */
export async function exportCrate(request: ExportRequest, task: ShareTask): Promise<ExportOutcome> {
  const { store, root, run, output } = request;
  const { plan } = run;
  if (plan === undefined)
    throw notShareable(
      run.id,
      'it has no readable plan',
      `Look at what is there: lockstep show ${run.id.slice(-6)}`,
    );
  if (await exists(output)) throw exportExists(output);
  const folder = dirname(output);
  if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) throw exportFolderMissing(folder);
  await awaitCaptured(runPathsIn(run.dir), task.signal);
  const repository = await findRepository(root, task.environment);
  const code = knownValue(plan.code);
  const snapshot =
    repository === undefined || code === undefined ? [] : await snapshotFiles(repository, code, task);
  const neutral = await neutralOf(store, run, task.environment);
  const collected = await collectRecord({ store, run, neutral, logs: request.logs !== false });
  const record = checked(run, collected.files, collected.children, request.toolVersion);
  const inputs = await gatherInputs(run, root, snapshot, task);
  const packages = requirementsOf(record);
  const repeatable = snapshot.length > 0;
  const shownMissing = inputs.missing.map(path => neutralPath(path, plan.root, task.environment['HOME']));
  const files: ZipEntry[] = [
    ...snapshot.map(entry => ({ ...entry, path: `code/${entry.path}` })),
    ...inputs.files.map(entry => ({ ...entry, path: `code/${entry.path}` })),
    ...[...record.files].map(([path, bytes]) => ({ path, bytes, kind: 'file' as const })),
    ...(repeatable
      ? [
          text(
            'reproduce.sh',
            reproduceScript({ plan: record.plan, packages: packages.length > 0, missing: shownMissing }),
            'executable',
          ),
          text('compare.py', comparePython),
        ]
      : []),
    text('expected.json', `${JSON.stringify(expectedOutcome(run), null, 1)}\n`),
    text('requirements.txt', packages.map(line => `${line}\n`).join('')),
  ];
  const allowed = new Set((request.allow ?? []).map(path => path.replace(/^\.\//, '')));
  const findings = scan(files).filter(
    ({ path }) => !allowed.has(path) && !allowed.has(path.replace(/^code\//, '')),
  );
  const unread = files.flatMap(({ path, bytes }) => {
    const what = packingOf(bytes);
    return what === undefined ? [] : [{ path, what }];
  });
  const told = { id: run.id, path: output, missing: inputs.missing, unread, repeatable };
  if (findings.length > 0) return { ...told, state: 'refused', bytes: 0, files: 0, findings };
  const author = repository === undefined ? undefined : (await identity(repository, task)).name;
  const metadata = crateMetadata({
    record,
    result: run.result,
    name: run.annotations.name ?? plan.name ?? commandLabel(plan.argv),
    program: programIn(record, files),
    files: describedFiles(record, files, inputs.files),
    license: files.find(({ path }) => /^code\/(?:LICEN[CS]E|COPYING)(?:\.\w+)?$/i.test(path))?.path,
    author: run.shared === undefined ? author : run.shared.sharedBy,
    inputs: inputs.all.map(({ path, sha256 }) => ({
      path: neutralPath(path, plan.root, task.environment['HOME']),
      sha256,
      inCrate: inputs.files.some(one => one.path === path),
    })),
    exportedAt: new Date().toISOString(),
  });
  const all = [text('ro-crate-metadata.json', `${JSON.stringify(metadata, null, 1)}\n`), ...files];
  const zip = zipOf(all);
  task.signal?.throwIfAborted();
  await writeFileAtomic(output, zip);
  return { ...told, state: 'exported', bytes: zip.length, files: all.length, findings: [] };
}

function checked(
  run: RunDetails,
  files: ReadonlyMap<string, Buffer>,
  children: readonly string[],
  toolVersion: string,
): CheckedRecord {
  const snapshot = knownValue(run.plan?.code)?.tree;
  const manifest = {
    schemaVersion: manifestVersion,
    ...{ id: run.id, toolVersion, children },
    ...(snapshot === undefined ? {} : { snapshot }),
    files: Object.fromEntries(
      [...files].map(([path, bytes]) => [path, { sha256: hashOf(bytes), size: bytes.length }]),
    ),
  };
  try {
    return checkRecord(
      run.id,
      new Map([...files, [manifestName, Buffer.from(JSON.stringify(manifest))] as const]),
    );
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    throw notShareable(run.id, error.message, `Look at the record: lockstep show ${run.id.slice(-6)}`);
  }
}

interface GatheredInputs {
  readonly all: readonly FileUse[];
  readonly files: readonly ZipEntry[];
  readonly missing: readonly string[];
}

/** What the run read beside its code, where it is still what it was. Links out of the workspace are never followed. */
async function gatherInputs(
  { captured, result }: RunDetails,
  root: string,
  snapshot: readonly ZipEntry[],
  task: ShareTask,
): Promise<GatheredInputs> {
  const held = new Set(snapshot.map(({ path }) => path));
  const written = new Set((result?.outputs ?? []).map(({ path }) => path));
  const all = (captured?.inputs ?? []).filter(
    ({ path, inSnapshot, problem }) =>
      inSnapshot !== true && problem !== 'missing' && !held.has(path) && !written.has(path),
  );
  const files: ZipEntry[] = [];
  const missing: string[] = [];
  const top = await realpath(root);
  let left = inputBytes;
  for (const { path, sha256, size = 0 } of all) {
    task.signal?.throwIfAborted();
    if (isAbsolute(path)) {
      missing.push(path);
      continue;
    }
    const place = await realpath(join(root, path)).catch(() => undefined);
    const inside = place?.startsWith(top + sep) === true || isDataCache(place);
    const bytes =
      place !== undefined && inside && sha256 !== undefined && size <= left
        ? await readFile(place).catch(() => undefined)
        : undefined;
    if (bytes === undefined || hashOf(bytes) !== sha256) missing.push(path);
    else {
      left -= bytes.length;
      files.push({ path, bytes, kind: 'file' });
    }
  }
  return { all, files, missing };
}

/** Pinned data may be a link into a cache outside of the repository; its hash says that it is what was read. */
function isDataCache(place: string | undefined): boolean {
  return place !== undefined && /[/\\]files[/\\]md5[/\\][0-9a-f]{2}[/\\][0-9a-f]{30}$/.test(place);
}

/** As pip takes them: what was installed from an index, by version; from version control, by commit. */
function requirementsOf(record: CheckedRecord): string[] {
  const parsed = packageListSchema.safeParse(record.values.get(recordPathOf('packages.json')));
  if (!parsed.success) return [];
  return parsed.data.packages.flatMap(one => lineOf(one) ?? []);
}

function lineOf({ name, version, url, vcs, editable }: Package): string | undefined {
  // The environment brings its own.
  if (/^(?:pip|setuptools|wheel|distribute|pkg[-_]resources)$/i.test(name)) return undefined;
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name) || !/^[\w.!+-]+$/.test(version)) return undefined;
  if (editable === true) return `# ${name} ${version} was installed from the code itself`;
  if (url === undefined) return `${name}==${version}`;
  if (!/^[\w:/.@+~%-]+$/.test(url)) return `# ${name} ${version} came from a place that cannot be named`;
  return vcs === undefined ? `${name} @ ${url}` : `${name} @ ${vcs}+${url}`;
}

function expectedOutcome({ result }: RunDetails): object {
  return {
    exitCode: result?.exitCode,
    metrics: Object.fromEntries(
      Object.entries(result?.metrics ?? {}).map(([key, { last }]) => [key, metricValueToJson(last)]),
    ),
    outputs: Object.fromEntries(
      (result?.outputs ?? []).flatMap(({ path, sha256, volatile, hashOf: folder }) =>
        sha256 === undefined || volatile === true || folder !== undefined || isAbsolute(path)
          ? []
          : [[path, sha256] as const],
      ),
    ),
  };
}

/** The script that the command names, where it is among the files. */
function programIn(record: CheckedRecord, files: readonly ZipEntry[]): string | undefined {
  const plan = planSchema.parse(record.plan);
  const { script } = readCommandWords(plan.argv);
  const word = script === undefined ? undefined : plan.argv[script];
  if (word === undefined) return undefined;
  const relative = word.startsWith(`${plan.root}/`) ? word.slice(plan.root.length + 1) : join(plan.cwd, word);
  const path = `code/${relative.replace(/^\.\//, '')}`;
  return files.some(one => one.path === path) ? path : undefined;
}

function describedFiles(
  record: CheckedRecord,
  files: readonly ZipEntry[],
  inputs: readonly ZipEntry[],
): { path: string; what: string; type: string; size: number }[] {
  const program = programIn(record, files);
  const described = new Map<string, readonly [what: string, type: string]>([
    ['reproduce.sh', ['Repeats the run and compares the outcome, without Lockstep', 'application/x-sh']],
    ['compare.py', ['Compares metrics and outputs', 'text/x-python']],
    ['expected.json', ['Last values of the metrics and hashes of the outputs', 'application/json']],
    ['requirements.txt', ['Python packages, as pip takes them', 'text/plain']],
    ...inputs.map(({ path }) => [`code/${path}`, [path, 'application/octet-stream']] as const),
    ...(program === undefined ? [] : [[program, [program.slice('code/'.length), 'text/plain']] as const]),
  ]);
  for (const { path } of files)
    if (/^code\/(?:LICEN[CS]E|COPYING)(?:\.\w+)?$/i.test(path))
      described.set(path, ['License', 'text/plain']);
  return files.flatMap(({ path, bytes }) => {
    const found = described.get(path);
    return found === undefined ? [] : [{ path, what: found[0], type: found[1], size: bytes.length }];
  });
}

function scan(files: readonly ZipEntry[]): Finding[] {
  const findings: Finding[] = [];
  for (const { path, bytes } of files) {
    const named = secretByName(path);
    if (named !== undefined) findings.push({ path, what: named.what });
    if (named !== undefined) continue;
    for (const { line, what } of findSecretsIn(bytes)) findings.push({ path, line, what });
  }
  return findings;
}

function zipOf(entries: readonly ZipEntry[]): Buffer {
  try {
    return zipFile(entries);
  } catch (error) {
    if (error instanceof RangeError)
      throw exportTooLarge(entries.reduce((sum, { bytes }) => sum + bytes.length, 0));
    throw error;
  }
}

function text(path: string, content: string, kind: ZipEntry['kind'] = 'file'): ZipEntry {
  return { path, bytes: Buffer.from(content), kind };
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** The home folder is where it is for whoever repeats the run. */
function neutralPath(path: string, root: string, home: string | undefined): string {
  if (!isAbsolute(path) || path.startsWith(root + sep) || home === undefined || home === '') return path;
  return path.startsWith(home + sep) ? `~/${path.slice(home.length + 1)}` : path;
}
