/** Offers to a reproduction what the run read and its snapshot does not hold, or says what of it is gone. */
import { isAbsolute, join } from 'node:path';
import type { PrivateCheckout } from '../../git/privateCheckout.ts';
import type { Code, Plan } from '../../runs/plan.ts';
import type { FileUse } from '../../runs/captured.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runsThatWrote } from '../../runs/runsThatWrote.ts';
import { codeMissing, inputsMissing, inputsOverwritten, inputsWithheld, submoduleMend } from './errors.ts';
import { isObserved } from './isObserved.ts';
import type { MayLink } from './keptLinks.ts';
import { leftOutSources } from './leftOutSources.ts';
import { linkSecretFiles } from './linkSecretFiles.ts';
import { offerEarlier } from './offerEarlier.ts';
import { offerInputs } from './offerInputs.ts';
import { offerLeftOut } from './offerLeftOut.ts';
import { pinnedSince } from './pinnedSince.ts';
import { offerPinned } from './offerPinned.ts';
import { offerPresent } from './offerPresent.ts';
import type { Preparation, PreparationRequest } from './prepareReproduction.ts';
import { isInside } from './relocatePaths.ts';

export interface KnownToOffer {
  readonly missing: PrivateCheckout['missing'];
  /** Of environments: what lies there is offered with them. */
  readonly folders: readonly string[];
  readonly redirect: readonly string[];
  readonly provenOnly: boolean;
  readonly mayLink: MayLink;
}

export type OfferedData = Pick<Preparation, 'code' | 'caps' | 'linked' | 'verified'>;

/**
 * Files that the code lists without holding them, pinned data, and what else the run read. Rejects with `input-missing`,
 * `input-overwritten`, `code-missing`, `input-withheld`.
 */
export async function offerData(
  { original, store, workspace, layout, environment, signal, ...asked }: PreparationRequest,
  plan: Plan,
  code: Code,
  known: KnownToOffer,
): Promise<OfferedData> {
  const { inputs: instead = {}, give = [] } = asked;
  const without = new Set(asked.without);
  const outputs = original.result?.outputs ?? [];
  const { captured } = original;
  const provenOnly = known.provenOnly ? { given: give } : undefined;
  const { mayLink } = known;
  const leftOut = await offerLeftOut({
    ...{ code, captured, lacking: known.missing, provenOnly, mayLink },
    ...{ outputs, workspace, layout, signal },
    sources: await leftOutSources({ workspace, code, captured, environment, fetch: true, signal }),
  });
  const recorded = new Set((captured?.inputs ?? []).map(({ path }) => path));
  // A trial may have a word of another command, which names a file that this run did not read.
  const named = Object.keys(instead).filter(path => !recorded.has(path));
  const inputs = [
    ...(captured?.inputs ?? []),
    ...named.map((path): FileUse => ({ path, how: 'declared' })),
  ].filter(
    input =>
      input.inSnapshot !== true &&
      !leftOut.paths.has(input.path) &&
      !known.folders.some(folder => isInside(absolute(input.path, plan.root), folder)),
  );
  const pinned = await offerPinned({
    ...{ outputs, workspace, layout, environment, signal },
    inputs: inputs.filter(input => !Object.hasOwn(instead, input.path)),
    // To whom read-only means nothing.
    byRoot: plan.environment.container !== undefined,
  });
  const earlier = await offerEarlier({
    inputs: inputs.filter(input => !pinned.offered.has(input.path)),
    ...{ original, store, workspace, layout, environment, signal, instead },
    redirected: path =>
      known.redirect.some(folder => isInside(path, folder)) ? layout.redirected(path) : undefined,
  });
  const overwritten = earlier.lost.filter(one => one.opened === 'replace' && !without.has(one.path));
  if (overwritten.length > 0) throw inputsOverwritten(overwritten);
  const offered = await offerInputs({
    inputs: inputs.filter(input => !pinned.offered.has(input.path) && !earlier.paths.has(input.path)),
    ...{ outputs, workspace, layout, signal, instead, provenOnly, mayLink, redirect: known.redirect },
  });
  const present = await offerPresent({
    ...{ original, workspace, layout, environment, signal, provenOnly, mayLink, redirect: known.redirect },
    byRoot: plan.environment.container !== undefined,
    offered: new Set([...inputs.map(({ path }) => path), ...leftOut.paths]),
  });
  const read = new Set((captured?.inputs ?? []).map(input => input.path));
  const gone = [...offered.missing, ...leftOut.missing.filter(path => read.has(path))].filter(
    path => !without.has(path),
  );
  if (gone.length > 0) {
    const writers = await runsThatWrote(
      store,
      inputs.filter(({ path }) => gone.includes(path)),
    );
    throw inputsMissing(gone, plan.pins, writers, await pinnedSince(workspace, gone));
  }
  const parts = lostParts(code, known.missing, leftOut.missing, captured).filter(
    ({ path }) => !without.has(path),
  );
  if (parts.length > 0) throw codeMissing(original.id, parts);
  const withheld = [...offered.withheld, ...leftOut.withheld.filter(one => read.has(one.path))];
  const needed = withheld.filter(one => one.needed);
  if (needed.length > 0) throw inputsWithheld(original.id, needed);
  return {
    code: leftOut.code,
    caps: [
      ...leftOut.caps,
      ...offered.changed.map(path => `input ${path} has changed since`),
      ...withheld.map(({ path }) => `input ${path} is not the recorded one, and was not given`),
      ...present.caps,
      ...[...pinned.unverified, ...offered.unverified].map(path => `unverified input ${path}`),
    ],
    linked: [
      ...[...leftOut.linked, ...offered.linked, ...present.linked],
      ...(await linkSecretFiles(original, workspace, layout)),
    ],
    verified: [...leftOut.verified, ...pinned.verified, ...earlier.verified, ...offered.verified],
  };
}

/** Submodules, and files that a program which nobody observed may have read. */
function lostParts(
  { submodules }: Code,
  missing: PrivateCheckout['missing'],
  leftOut: readonly string[],
  captured: RunDetails['captured'],
): { path: string; reason: string; mend?: string }[] {
  const lost = new Map(missing.map(({ path, reason }) => [path, reason]));
  return [
    ...submodules.flatMap(submodule => {
      const reason = lost.get(submodule.path);
      return reason === undefined ? [] : [{ path: submodule.path, reason, mend: submoduleMend(submodule) }];
    }),
    ...(isObserved(captured) ? [] : leftOut).map(path => ({
      path,
      reason: 'the snapshot only lists it, and it is not here any more',
    })),
  ];
}

function absolute(path: string, root: string): string {
  return isAbsolute(path) ? path : join(root, path);
}
