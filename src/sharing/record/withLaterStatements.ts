/** A shared record with what was said about the run since it was shared: on top, never instead. */
import { isDeepStrictEqual } from 'node:util';
import type { RunDetails } from '../../runs/runDetails.ts';
import { notShareable, sharedDiffers } from '../errors.ts';
import { hashOf } from './hashOf.ts';
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

/**
 * Of a run that was fetched its plan here tells of this machine's folders, so its hash as it was shared counts. The name of
 * the machine is not compared: a store that two machines use has two names for it.
 */
export function isSamePlan(
  shared: Buffer | undefined,
  here: Buffer | undefined,
  { shared: origin }: Pick<RunDetails, 'shared'>,
): boolean {
  if (shared === undefined) return false;
  if (origin !== undefined) return origin.planSha256 === hashOf(shared);
  return here !== undefined && isDeepStrictEqual(withoutHost(shared), withoutHost(here));
}

function withoutHost(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value, host: undefined } : value;
  } catch {
    return undefined;
  }
}
