/**
 * Exports a run as one zip file: an RO-Crate with its record, the files as they ran, the list of packages, and a script
 * that repeats it without Lockstep. What leaves this way is looked at for secrets as a push is.
 */
import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import { findRepository } from '../../git/findRepository.ts';
import { commandLabel } from '../../runs/commandLabel.ts';
import { knownValue } from '../../runs/known.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { StorePath } from '../../runs/runPaths.ts';
import { settledRun } from '../settledRun.ts';
import { exportExists, exportFolderMissing, exportTooLarge, notShareable } from '../errors.ts';
import { collectRecord } from '../record/collectRecord.ts';
import type { LeftOut, Naming } from '../record/keptFiles.ts';
import { neutralOf } from '../record/machineName.ts';
import { withoutPlaceholder } from '../record/neutralText.ts';
import { identity } from '../record/writeRecordCommit.ts';
import { secretByName } from '../scan/findSecrets.ts';
import { lookForSecrets } from '../scan/lookForSecrets.ts';
import { unpackRoom } from '../scan/unpack.ts';
import type { Finding } from '../scan/scanOutgoing.ts';
import type { ShareTask } from '../shareTask.ts';
import { checkedRecord } from './checkedRecord.ts';
import { crateContent, text } from './crateContent.ts';
import { crateMetadata } from './crateMetadata.ts';
import { describedFiles, programIn } from './describedFiles.ts';
import { gatherInputs, neutralPath } from './gatherInputs.ts';
import { snapshotFiles } from './snapshotFiles.ts';
import { zipFile, type ZipEntry } from './zipFile.ts';

export interface ExportRequest {
  readonly store: StorePath;
  readonly root: string;
  readonly run: RunDetails;
  /** Absolute; must not exist, but for `replace`. */
  readonly output: string;
  /** A file that is there is replaced in one step, once all is ready. */
  readonly replace?: boolean | undefined;
  readonly toolVersion: string;
  readonly allow?: readonly string[];
  readonly logs?: boolean;
  /** Of one image, artifact or file of a model, in bytes; 0 leaves them all out. */
  readonly maxSize?: number | undefined;
}

export interface ExportOutcome {
  readonly id: string;
  /** `refused`: nothing was written, `findings` say why. */
  readonly state: 'exported' | 'refused';
  readonly path: string;
  readonly bytes: number;
  readonly files: number;
  readonly findings: readonly Finding[];
  /** Packed files that were not looked into, or not wholly; why. */
  readonly unread: readonly Finding[];
  /** What the run read and the file does not hold. */
  readonly missing: readonly string[];
  /** Images, artifacts and files of models that are too large, and their like. */
  readonly left: readonly LeftOut[];
  /** What is in it byte for byte, and names folders of the person's. */
  readonly naming: readonly Naming[];
  /** Whether `reproduce.sh` is in it: without the code there is nothing to repeat. */
  readonly repeatable: boolean;
}

/** Rejects with `export-exists`, `export-folder-missing`, `export-too-large`, `run-not-shareable`. */
export async function exportCrate(request: ExportRequest, task: ShareTask): Promise<ExportOutcome> {
  const { store, root, output } = request;
  const { plan } = request.run;
  if (plan === undefined)
    throw notShareable(
      request.run.id,
      'it has no readable plan',
      `Look at what is there: lockstep show ${request.run.id.slice(-6)}`,
    );
  if (request.replace !== true && (await exists(output))) throw exportExists(output);
  const folder = dirname(output);
  if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) throw exportFolderMissing(folder);
  const run = await settledRun(store, request.run, task.signal);
  const repository = await findRepository(root, task.environment);
  const code = knownValue(plan.code);
  const snapshot =
    repository === undefined || code === undefined ? [] : await snapshotFiles(repository, code, task);
  const neutral = await neutralOf(store, run, task.environment);
  const { maxSize } = request;
  const allowed = new Set((request.allow ?? []).map(path => path.replace(/^\.\//, '')));
  const logs = request.logs !== false;
  const collected = await collectRecord({ store, run, neutral, logs, maxSize, allowed });
  const record = checkedRecord(run, collected, request.toolVersion);
  const inputs = await gatherInputs(run, root, snapshot, task);
  const name = run.annotations.name ?? plan.name ?? withoutPlaceholder(commandLabel(record.plan.argv));
  const files = crateContent({
    ...{ run, record, name, snapshot, inputs: inputs.files, toolVersion: request.toolVersion },
    missing: inputs.missing.map(path => neutralPath(path, plan.root, task.environment['HOME'])),
  });
  const scanned = scan(files);
  const findings = [...collected.secrets, ...scanned.findings].filter(
    ({ path }) => !allowed.has(path) && !allowed.has(path.replace(/^code\//, '')),
  );
  const { unread } = scanned;
  const outcome = {
    id: run.id,
    path: output,
    missing: inputs.missing,
    left: collected.left,
    naming: collected.naming,
    unread,
    repeatable: snapshot.length > 0,
  };
  if (findings.length > 0) return { ...outcome, state: 'refused', bytes: 0, files: 0, findings };
  const author = repository === undefined ? undefined : (await identity(repository, task)).name;
  const metadata = crateMetadata({
    record,
    name,
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
  return { ...outcome, state: 'exported', bytes: zip.length, files: all.length, findings: [] };
}

function scan(files: readonly ZipEntry[]): { findings: Finding[]; unread: Finding[] } {
  const findings: Finding[] = [];
  const unread: Finding[] = [];
  const room = unpackRoom();
  for (const { path, bytes } of files) {
    const named = secretByName(path);
    if (named !== undefined) findings.push({ path, what: named.what });
    if (named !== undefined) continue;
    const looked = lookForSecrets(path, bytes, room);
    for (const { line, what } of looked.secrets) findings.push({ path, line, what });
    if (looked.unread !== undefined) unread.push({ path, what: looked.unread });
  }
  return { findings, unread };
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

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
