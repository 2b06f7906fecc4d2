/** A shared record with what was said about the run since it was shared: on top, never instead. */
import type { RunDetails } from '../../runs/runDetails.ts';
import { notShareable, sharedDiffers } from '../errors.ts';
import { isSamePlan } from './isSamePlan.ts';
import {
  addedLater,
  describeFiles,
  manifestName,
  manifestSchema,
  recordFileOf,
  type Manifest,
} from './manifest.ts';

/**
 * @param before The files of the commit that the remote has.
 * @param now The record as it is here.
 * @param by Who said what is new.
 * Undefined when there is nothing new. Throws `shared-record-differs` when they are records of different runs.
 */
export function withLaterStatements(
  before: ReadonlyMap<string, Buffer>,
  now: ReadonlyMap<string, Buffer>,
  {
    run,
    where,
    by,
  }: { readonly run: RunDetails; readonly where: string; readonly by: (path: string) => string },
): ReadonlyMap<string, Buffer> | undefined {
  const manifest = manifestOf(before);
  if (manifest === undefined)
    throw notShareable(run.id, `${where} holds a record of it without a manifest`, 'Ask who shared it.');
  if (!isSamePlan(before.get('record/plan.json'), now.get('record/plan.json'), run))
    throw sharedDiffers(run.id, where);
  const added = [...now].filter(
    ([path]) => !before.has(path) && addedLater.test(recordFileOf(path)?.name ?? ''),
  );
  if (added.length === 0) return undefined;
  const files = { ...manifest.files, ...describeFiles(added, by) };
  const after = new Map([...before, ...added]);
  after.set(manifestName, Buffer.from(`${JSON.stringify({ ...manifest, files }, null, 1)}\n`));
  return after;
}

function manifestOf(files: ReadonlyMap<string, Buffer>): Manifest | undefined {
  try {
    return manifestSchema.safeParse(JSON.parse(files.get(manifestName)?.toString('utf8') ?? '')).data;
  } catch {
    return undefined;
  }
}
