/** Finds the run a person means: `@1` is the newest, else a full id, a unique part of one, or a unique name. */
import { runAmbiguous, runNotFound } from './errors.ts';
import type { RunSummary } from './runSummary.ts';

const shownCandidates = 10;

/**
 * @param runs Newest first.
 * Throws `run-not-found`, or `run-ambiguous` with the candidates.
 */
export function resolveRun(reference: string, runs: readonly RunSummary[]): string {
  const place = /^@([1-9]\d*)$/.exec(reference)?.[1];
  if (place !== undefined) {
    const run = runs[Number(place) - 1];
    if (run === undefined) throw runNotFound(reference);
    return run.id;
  }
  const wanted = reference.toUpperCase();
  if (runs.some(run => run.id === wanted)) return wanted;
  const byPart = wanted === '' ? [] : runs.filter(run => run.id.includes(wanted));
  const matches = byPart.length > 0 ? byPart : runs.filter(run => run.name === reference);
  const [only, ...others] = matches;
  if (only === undefined) throw runNotFound(reference);
  if (others.length === 0) return only.id;
  const candidates = matches.slice(0, shownCandidates);
  throw runAmbiguous(
    reference,
    candidates.map(run => ({ id: run.id, label: candidateLabel(run) })),
    matches.length,
  );
}

function candidateLabel(run: RunSummary): string {
  const words = run.name ?? run.argv.join(' ');
  return `${run.state}  ${run.createdAt}  ${words.length > 60 ? `${words.slice(0, 60)}…` : words}`;
}
