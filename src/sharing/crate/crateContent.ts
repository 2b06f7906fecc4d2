/** The files of an exported run but its metadata: code, inputs, record, and what repeats and vouches for it. */
import type { RunDetails } from '../../runs/runDetails.ts';
import type { CheckedRecord } from '../record/checkRecord.ts';
import { comparePython } from './comparePython.ts';
import { crateReadme } from './crateReadme.ts';
import { describedFiles } from './describedFiles.ts';
import { expectedOutcome } from './expectedOutcome.ts';
import { provenanceStatement } from './provenanceStatement.ts';
import { reproduceScript } from './reproduceScript.ts';
import { requirementsOf } from './requirementsOf.ts';
import type { ZipEntry } from './zipFile.ts';

export interface ContentRequest {
  readonly run: RunDetails;
  readonly record: CheckedRecord;
  readonly name: string;
  /** The files as they ran, relative to the repository; empty where the code is not known. */
  readonly snapshot: readonly ZipEntry[];
  /** Files that the run read beside its code, relative to the repository. */
  readonly inputs: readonly ZipEntry[];
  /** What the run read that does not go along: relative to the code, absolute, or `~/…`. */
  readonly missing: readonly string[];
  readonly toolVersion: string;
}

/** Without code there is nothing to repeat: neither `reproduce.sh` nor `compare.py`. */
export function crateContent(request: ContentRequest): ZipEntry[] {
  const { run, record, name, snapshot, inputs, missing, toolVersion } = request;
  const packages = requirementsOf(record);
  const repeatable = snapshot.length > 0;
  const statement = provenanceStatement(record, toolVersion);
  const script = { plan: record.plan, packages: packages.length > 0, missing };
  const files: ZipEntry[] = [
    ...[...snapshot, ...inputs].map(entry => ({ ...entry, path: `code/${entry.path}` })),
    ...[...record.files].map(([path, bytes]) => ({ path, bytes, kind: 'file' as const })),
    ...(repeatable
      ? [text('reproduce.sh', reproduceScript(script), 'executable'), text('compare.py', comparePython)]
      : []),
    text('expected.json', `${JSON.stringify(expectedOutcome(run), null, 1)}\n`),
    text('requirements.txt', packages.map(line => `${line}\n`).join('')),
    ...(statement === undefined
      ? []
      : [text('provenance.intoto.json', `${JSON.stringify(statement, null, 1)}\n`)]),
  ];
  const told = describedFiles(record, files, inputs);
  return [...files, text('README.md', crateReadme({ record, name, repeatable, missing, files: told }))];
}

export function text(path: string, content: string, kind: ZipEntry['kind'] = 'file'): ZipEntry {
  return { path, bytes: Buffer.from(content), kind };
}
