/**
 * Which seeds a program drew itself, from a clock, its process id or the system, and will draw anew. A seed is fixed where
 * its number stands in what is the same in each run: the command, a parameter, a variable, the code or a configuration.
 * Invariant: what is not found there is never called fixed.
 */
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { Repository } from '../../git/findRepository.ts';
import { runGit, type GitContext } from '../../git/runGit.ts';
import type { SeenSeed } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { textsRead } from '../restore/findEscapes.ts';
import { statedWords, textWords, wordsOfSeed } from './statedWords.ts';

export interface DrawnSeeds {
  readonly drawn: readonly SeenSeed[];
  /** The code is not here, so nobody can look for them in it. */
  readonly unsearched: readonly SeenSeed[];
}

type Recorded = Pick<RunDetails, 'plan' | 'captured' | 'result' | 'process'>;

/** @param codeHere Whether the repository has the code of the run. Rejects only when aborted. */
export async function drawnSeeds(
  original: Recorded,
  repository: Repository | undefined,
  codeHere: boolean,
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<DrawnSeeds> {
  const seeds = (original.captured?.seeds ?? []).filter(({ value }) => typeof value === 'string');
  const told = wordsOfCommand(original);
  const open = seeds.filter(seed => !isStated(seed, told, original));
  if (open.length === 0) return { drawn: [], unsearched: [] };
  if (repository === undefined || !codeHere) return { drawn: [], unsearched: open };
  const words = [...new Set(open.flatMap(wordsOf))];
  const found = new Set([
    ...(await wordsInSnapshot(original, repository, words, task)),
    ...(await wordsOutside(open, words)),
  ]);
  const stated = new Set([
    ...seeds.filter(seed => !open.includes(seed)),
    ...open.filter(seed => !isOfMoment(seed, original) && allWords(seed, word => found.has(word))),
  ]);
  return {
    drawn: seeds.filter((seed, at) => !stated.has(seed) && !isDerived(seed, seeds.slice(0, at))),
    unsearched: [],
  };

  /** Behind a stated seed of the same library another value most likely comes out of that one, as a forest's for its trees. */
  function isDerived(seed: SeenSeed, before: readonly SeenSeed[]): boolean {
    if (isOfMoment(seed, original)) return false;
    return before.some(one => stated.has(one) && libraryOf(one) === libraryOf(seed));
  }
}

/** By its value and the record alone. */
function isStated(seed: SeenSeed, told: ReadonlySet<string>, original: Recorded): boolean {
  if (allWords(seed, word => told.has(word) || isDigit(word))) return true;
  // The default of a library stands in its code: 42 of a trainer. A clock or the system gives larger ones.
  return (
    seed.library === true && !isOfMoment(seed, original) && allWords(seed, word => Number(word) < customary)
  );
}

const customary = 10_000;

/** In any program some line has it, and no clock shows it. */
function isDigit(word: string): boolean {
  return /^[0-9]$/.test(word);
}

/** Numbers of the command, of its parameters and of the recorded variables. What the program reported it may have drawn. */
function wordsOfCommand({ plan }: Recorded): ReadonlySet<string> {
  if (plan === undefined) return new Set();
  const texts = [
    ...plan.argv,
    ...Object.values(plan.parameters).map(({ value }) => String(value)),
    ...Object.values(plan.variables).flatMap(variable =>
      'value' in variable ? [String(variable.value)] : [],
    ),
  ];
  return new Set(texts.flatMap(text => [...statedWords(text), ...textWords(text)]));
}

/** The time of the run in any unit, or the number of its process. */
function isOfMoment(seed: SeenSeed, { result, process }: Recorded): boolean {
  const command = process?.child?.pid;
  const [start, end] = [Date.parse(result?.startedAt ?? ''), Date.parse(result?.endedAt ?? '')];
  return wordsOf(seed).some(text => {
    const number = Number(text);
    if (number === command) return true;
    return [1e-3, 1, 1e3, 1e6].some(
      unit => number >= (start - slack) * unit && number <= (end + slack) * unit,
    );
  });
}

const slack = 2000;

function libraryOf({ call }: SeenSeed): string {
  return call.split('.', 1)[0] ?? call;
}

/** Of what is told by a hash or a type alone nobody knows it. */
function allWords(seed: SeenSeed, isFound: (word: string) => boolean): boolean {
  const words = wordsOf(seed);
  return words.length > 0 && words.every(isFound);
}

function wordsOf({ value }: SeenSeed): string[] {
  return typeof value === 'string' ? wordsOfSeed(value) : [];
}

/** Those of `words` that stand in code or configuration which the run read. */
async function wordsInSnapshot(
  original: Recorded,
  repository: Repository,
  words: readonly string[],
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<string[]> {
  const code = knownValue(original.plan?.code);
  if (original.plan === undefined || code === undefined) return [];
  const named = original.plan.argv.filter(word => /\.(?:sh|bash|py|ipynb)$/.test(word));
  const files = [...textsRead(original, code, original.plan.root), ...named].filter(
    path => !isTable.test(path),
  );
  if (files.length === 0) return [];
  const { stdout } = await runGit(
    { ...task, repository },
    [
      'grep',
      '-I',
      '-h',
      '-o',
      '-E',
      '-e',
      literal,
      code.tree,
      '--',
      ...files.map(path => `:(literal)${path}`),
    ],
    { tolerant: true },
  );
  const there = new Set(stdout.toString('utf8').split('\n').flatMap(statedWords));
  return words.filter(word => there.has(word));
}

/** Numbers of two and more characters, with what stands before them in a word, and quoted texts. */
const literal = `[[:alnum:]_.]*[0-9][[:alnum:]_.]+([eE][+-][0-9]+)?|"[^"]*"|'[^']*'`;

/** What is data, in which any number may stand. */
const isTable = /\.(?:csv|txt)$/i;

/** The same in the code of libraries that set a seed, as it is now. */
async function wordsOutside(seeds: readonly SeenSeed[], words: readonly string[]): Promise<string[]> {
  const files = new Set(seeds.flatMap(({ file }) => (file !== undefined && isAbsolute(file) ? [file] : [])));
  const there = new Set<string>();
  for (const file of files) {
    const size = await stat(file).then(
      one => (one.isFile() ? one.size : Infinity),
      () => Infinity,
    );
    if (size > mostBytes) continue;
    for (const word of statedWords(await readFile(file, 'utf8').catch(() => ''))) there.add(word);
  }
  return words.filter(word => there.has(word));
}

const mostBytes = 1024 * 1024;
