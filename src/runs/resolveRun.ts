/** Finds the run a person means: `@1` is the newest, else a full id, a unique part of one (four characters or more), or a unique name. */
import { runAmbiguous, runNotFound } from './errors.ts';
import type { RunSummary } from './runSummary.ts';

const shownCandidates = 10;
const shortestPart = 4;

/** 1 for `@1`; undefined when the reference is none of this kind. */
export function placeOf(reference: string): number | undefined {
  const place = /^@([1-9]\d*)$/.exec(reference)?.[1];
  return place === undefined ? undefined : Number(place);
}

/** What the ids alone can tell, which is cheap. Undefined when it takes the names. */
export function resolveRunId(reference: string, ids: readonly string[]): string | undefined {
  if (reference === '') throw runNotFound(reference);
  const [only, ...others] = ids.filter(id => isPartOf(id, reference));
  return others.length === 0 ? only : undefined;
}

/**
 * @param runs Newest first.
 * Throws `run-not-found`, or `run-ambiguous` with the candidates.
 */
export function resolveRun(reference: string, runs: readonly RunSummary[]): string {
  const byPart = runs.filter(run => isPartOf(run.id, reference));
  const matches = byPart.length > 0 ? byPart : runs.filter(run => run.name === reference);
  const [only, ...others] = matches;
  if (only === undefined) throw runNotFound(reference);
  if (others.length === 0) return only.id;
  throw runAmbiguous(
    reference,
    matches.slice(0, shownCandidates).map(run => ({ id: run.id, label: candidateLabel(run) })),
    matches.length,
  );
}

/** As with git, a few characters are no part of an id: `a` is then the run of that name. */
function isPartOf(id: string, reference: string): boolean {
  return reference.length >= shortestPart && id.includes(reference.toUpperCase());
}

function candidateLabel(run: RunSummary): string {
  const words = run.name ?? run.argv.join(' ');
  return `${run.state}  ${run.createdAt}  ${words.length > 60 ? `${words.slice(0, 60)}…` : words}`;
}
