/** The record of a run as an export holds it, held to the rules for one that is fetched. */
import { knownValue } from '../../runs/known.ts';
import { resultSchema, type Result } from '../../runs/result.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { notShareable } from '../errors.ts';
import { checkRecord, type CheckedRecord } from '../record/checkRecord.ts';
import { RecordProblem } from '../record/recordProblem.ts';
import type { CollectedRecord } from '../record/collectRecord.ts';
import { describeFiles, manifestName, manifestVersion, recordPathOf } from '../record/manifest.ts';

/** Throws `run-not-shareable`. */
export function checkedRecord(
  run: RunDetails,
  { files, children }: CollectedRecord,
  toolVersion: string,
): CheckedRecord {
  const snapshot = knownValue(run.plan?.code)?.tree;
  const manifest = {
    schemaVersion: manifestVersion,
    ...{ id: run.id, toolVersion, children },
    ...(snapshot === undefined ? {} : { snapshot }),
    files: describeFiles(files, () => ''),
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

/** As it is shared: without home folders. */
export function resultOf(record: CheckedRecord): Result | undefined {
  return resultSchema.safeParse(record.values.get(recordPathOf('result.json'))).data;
}
