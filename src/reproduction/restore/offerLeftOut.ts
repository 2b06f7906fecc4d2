/**
 * Gives a private checkout the files that a snapshot only lists, where the workspace has them still. A file counts as
 * restored only when its content was hashed just now and equals the recorded hash.
 */
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeGaps, isLacking } from '../../git/gaps.ts';
import { declared } from '../../runs/known.ts';
import type { Known } from '../../runs/known.ts';
import type { Captured, FileUse } from '../../runs/captured.ts';
import type { Code, SnapshotGap } from '../../runs/plan.ts';
import { offerInputs } from './offerInputs.ts';
import type { LeftOutSource } from './leftOutSources.ts';
import type { OfferRequest, WithheldInput } from './offerInputs.ts';
import { placeInCheckout } from './placeInCheckout.ts';
import type { VerifiedInput } from './recheckInputs.ts';

export interface OfferedLeftOut {
  /** Of every file that was handled here, restored or not: they need no second offer. */
  readonly paths: ReadonlySet<string>;
  /** Recorded, but nowhere to be found. */
  readonly missing: readonly string[];
  /** What the checkout has: hashes only of what was restored, and of pointers to what the run did not read. */
  readonly code: Known<Code>;
  /** Reasons why the verdict cannot be `identical`. */
  readonly caps: readonly string[];
  /** As of OfferedInputs. */
  readonly linked: readonly string[];
  readonly verified: readonly VerifiedInput[];
  readonly withheld: readonly WithheldInput[];
}

export interface LeftOutRequest extends Omit<OfferRequest, 'inputs' | 'redirect' | 'sourceOf'> {
  /** Of files that git holds pointers for. */
  readonly sources?: ReadonlyMap<string, LeftOutSource>;
  readonly code: Code;
  readonly captured: Captured | undefined;
  /** What the checkout lacks, by its own account. */
  readonly lacking: readonly { readonly path: string; readonly reason: string }[];
}

/** Rejects with `path-leaves-checkout`, or when aborted. */
export async function offerLeftOut(request: LeftOutRequest): Promise<OfferedLeftOut> {
  const { code, captured, layout, lacking } = request;
  const sources = request.sources ?? new Map<string, LeftOutSource>();
  const spared = new Set(
    [...sources].filter(([, one]) => one.unneeded && one.file === undefined).map(([path]) => path),
  );
  const files = leftOutFiles(code, captured, sources).filter(({ path }) => !spared.has(path));
  // In the place of the content stands the pointer.
  for (const { path } of files)
    if (sources.has(path))
      await rm(await placeInCheckout(layout.base, join(layout.checkout, path)), { force: true });
  const offered = await offerInputs({
    ...{ ...request, inputs: files, redirect: [] },
    sourceOf: path => sources.get(path)?.file,
  });
  const failed = new Set([
    ...[...offered.missing, ...offered.changed, ...offered.unverified],
    ...offered.withheld.map(one => one.path),
  ]);
  const restored = new Map<string, string>();
  for (const { path, sha256 } of files)
    if (sha256 !== undefined && !failed.has(path) && (await exists(join(layout.checkout, path))))
      restored.set(path, sha256);

  const spare = (path: string): string | undefined =>
    spared.has(path) ? sources.get(path)?.sha256 : undefined;
  const gaps = code.gaps.map(gap =>
    isLacking(gap) ? withHash(gap, restored.get(gap.path) ?? spare(gap.path)) : gap,
  );
  const stillLacking = lacking.filter(one => !restored.has(one.path) && !spared.has(one.path));
  const inexact = describeGaps(code.gaps.filter(gap => !restored.has(gap.path) && !spared.has(gap.path)));
  const reason =
    stillLacking.length === 0
      ? describeGaps(gaps)
      : `not restored: ${stillLacking.map(one => one.path).join(', ')}`;
  const named = new Set([...offered.changed, ...offered.unverified]);
  const lost = new Set(stillLacking.map(one => one.path));
  const submodules = code.submodules.filter(({ path }) => !lost.has(path));
  return {
    paths: new Set(files.map(file => file.path)),
    missing: offered.missing,
    ...{ linked: offered.linked, verified: offered.verified, withheld: offered.withheld },
    code:
      reason === undefined
        ? { known: 'captured', value: code }
        : declared({ ...code, gaps: [...gaps], submodules }, reason),
    caps: [
      ...(inexact === undefined ? [] : [`inexact snapshot (${inexact})`]),
      ...stillLacking
        .filter(one => !named.has(one.path))
        .map(one => `${one.path} could not be restored (${one.reason})`),
      ...offered.changed.map(path => `${path} has changed since`),
      ...offered.unverified.map(path => `unverified ${path}`),
    ],
  };
}

/** As they were when the run started. */
function leftOutFiles(
  code: Code,
  captured: Captured | undefined,
  sources: ReadonlyMap<string, LeftOutSource>,
): FileUse[] {
  const hashes = new Map((captured?.gaps ?? []).map(gap => [gap.path, gap.sha256]));
  return code.gaps
    .filter(gap => isLacking(gap) && gap.pathBytes === undefined)
    .filter(gap => gap.reason === 'over-limit' || sources.has(gap.path))
    .map(({ path, size, sha256 = hashes.get(path) ?? sources.get(path)?.sha256 }) => ({
      path,
      how: 'declared',
      ...(size === undefined ? {} : { size }),
      ...(sha256 === undefined ? {} : { sha256 }),
    }));
}

function withHash(gap: SnapshotGap, sha256: string | undefined): SnapshotGap {
  return { ...gap, modifiedAt: undefined, sha256 };
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
