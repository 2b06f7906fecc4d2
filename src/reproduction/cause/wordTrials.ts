/**
 * Words of the command that belong to no parameter: `train.py 0.1` has no name for its 0.1. Each is set back at its place;
 * where the two commands have not as many of them nobody knows which stands for which.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Plan } from '../../runs/plan.ts';
import type { DivergenceShape } from './divergenceShape.ts';
import { plannedTrial } from './plannedTrial.ts';
import type { PlannedTrial, UntriedDifference } from './trialChange.ts';

type Command = Pick<Plan, 'argv' | 'parameters' | 'secretArguments'>;

/** @param now Whose command is run again. */
export function wordTrials(
  original: Command,
  now: Command,
  shape: DivergenceShape | undefined,
  untried: UntriedDifference[],
): PlannedTrial[] {
  if (isDeepStrictEqual(original.argv, now.argv)) return [];
  const [before, after] = [unnamedWords(original), unnamedWords(now)];
  if (before.length !== after.length) {
    untried.push({
      ingredient: 'parameters',
      restored: `the command ${shown(after)} → ${shown(before)}`,
      problem: 'the two have not as many words, so which stands for which is not known',
    });
    return [];
  }
  return before.flatMap(({ word, isSecret }, at) => {
    const other = after[at];
    if (other === undefined || other.word === word) return [];
    const name = `argument ${other.index}`;
    if (other.index > 0 && !isSecret && !other.isSecret)
      return [
        plannedTrial('parameters', name, [shorten(word), shorten(other.word)], shape, {
          words: { [other.index]: word },
        }),
      ];
    untried.push(
      other.index === 0
        ? {
            ingredient: 'environment',
            restored: `program ${shorten(other.word)} → ${shorten(word)}`,
            problem: 'a trial has the program of the run that it repeats',
          }
        : {
            ingredient: 'parameters',
            restored: `${name} of the command`,
            problem: 'it holds a secret, which is not recorded',
          },
    );
    return [];
  });
}

interface Word {
  readonly index: number;
  readonly word: string;
  readonly isSecret: boolean;
}

/** All but values of parameters and their names. */
function unnamedWords({ argv, parameters, secretArguments }: Command): Word[] {
  const named = new Set<number>();
  for (const { source, argvIndex } of Object.values(parameters)) {
    if (source !== 'argument' || argvIndex === undefined) continue;
    named.add(argvIndex);
    const before = argv[argvIndex - 1] ?? '';
    if (before.startsWith('-') && !before.includes('=') && argv[argvIndex]?.startsWith('-') !== true)
      named.add(argvIndex - 1);
  }
  return argv.flatMap((word, index) =>
    named.has(index) ? [] : [{ index, word, isSecret: secretArguments.includes(index) }],
  );
}

function shown(words: readonly Word[]): string {
  return shorten(words.map(({ word }) => word).join(' '));
}

function shorten(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

const longest = 60;
