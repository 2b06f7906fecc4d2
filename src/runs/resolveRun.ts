/**
 * Finds the run a person means: `@1` is the newest, else a full id, a unique part of one (four characters or more), or
 * a unique name. A name stays that of the run that had it first: a script that names its own run names its
 * reproductions, reruns and imports alike, and none of them may take the name away.
 */
import { runAmbiguous, runNotFound } from './errors.ts';
import { nearestWord } from './nearestWord.ts';
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
  if (matches.length === 0)
    throw runNotFound(
      reference,
      nearestWord(
        reference,
        runs.flatMap(({ name }) => name ?? []),
      ),
    );
  const [only, ...others] = byPart.length > 0 ? byPart : originalsAmong(matches, runs);
  if (only !== undefined && others.length === 0) return only.id;
  throw runAmbiguous(
    reference,
    matches.slice(0, shownCandidates).map(run => ({ id: run.id, label: candidateLabel(run) })),
    matches.length,
  );
}

/** Those of one name that are furthest from being a copy: all of them where none is. */
function originalsAmong(matches: readonly RunSummary[], runs: readonly RunSummary[]): RunSummary[] {
  if (matches.length < 2) return [...matches];
  const byId = new Map(runs.map(run => [run.id, run]));
  const ids = new Set(matches.map(run => run.id));
  const ranks = matches.map(run => copyRank(run, byId, ids));
  const least = Math.min(...ranks);
  return matches.filter((_, at) => ranks[at] === least);
}

/** 0 for an original; 1 for one that was imported, or rerun from another of the name; 2 for what belongs to a reproduction. */
function copyRank(
  run: RunSummary,
  byId: ReadonlyMap<string, RunSummary>,
  named: ReadonlySet<string>,
): 0 | 1 | 2 {
  for (const one of chain(run, byId, ({ parent }) => parent)) if (one.reproduces !== undefined) return 2;
  if (run.importedFrom !== undefined) return 1;
  for (const one of chain(run, byId, ({ rerunOf }) => rerunOf)) if (named.has(one.rerunOf ?? '')) return 1;
  return 0;
}

/** The run, the one that it points to, and so on; ends also where damaged records point in a circle. */
function chain(
  run: RunSummary,
  byId: ReadonlyMap<string, RunSummary>,
  next: (run: RunSummary) => string | undefined,
): Set<RunSummary> {
  const passed = new Set<RunSummary>();
  for (
    let at: RunSummary | undefined = run;
    at !== undefined && !passed.has(at);
    at = byId.get(next(at) ?? '')
  )
    passed.add(at);
  return passed;
}

/** As with git, a few characters are no part of an id: `a` is then the run of that name. */
function isPartOf(id: string, reference: string): boolean {
  return reference.length >= shortestPart && id.includes(reference.toUpperCase());
}

function candidateLabel(run: RunSummary): string {
  const words = run.name ?? run.argv.join(' ');
  return `${run.state}  ${run.createdAt}  ${words.length > 60 ? `${words.slice(0, 60)}…` : words}`;
}
