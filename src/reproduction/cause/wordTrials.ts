/**
 * Words of the command that belong to no parameter: `train.py 0.1` has no name for its 0.1. Each is set back at its place;
 * where the two commands have not as many of them nobody knows which stands for which.
 */
import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Plan } from '../../runs/plan.ts';
import type { DivergenceShape } from './divergenceShape.ts';
import { parameterName } from '../../execution/capture/parameters.ts';
import { plannedTrial } from './plannedTrial.ts';
import type { PlannedTrial, UntriedDifference } from './trialChange.ts';

type Command = Pick<Plan, 'argv' | 'parameters' | 'secretArguments'>;

/**
 * @param now Whose command is run again.
 * @param foreign One of the two came from somebody else.
 */
export function wordTrials(
  original: Command,
  now: Command,
  shape: DivergenceShape | undefined,
  untried: UntriedDifference[],
  foreign = false,
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
    if (other.index > 0 && !isSecret && !other.isSecret && !foreign)
      return [
        plannedTrial(
          isScript.test(word) ? 'code' : 'parameters',
          name,
          [shorten(word), shorten(other.word)],
          shape,
          {
            words: { [other.index]: word },
          },
        ),
      ];
    untried.push(
      foreign
        ? {
            ingredient: 'parameters',
            restored: `${name} ${shorten(other.word)} → ${shorten(word)}`,
            problem: 'words of somebody else’s command are not put into that of another run',
          }
        : other.index === 0
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

const isScript = /\.(?:py|ipynb|sh|bash|R|jl)$/;

/** A word of the command is the file, or a folder that it lies in. */
export function isNamed(path: string, argv: readonly string[] = []): boolean {
  return argv.some(word => {
    const name = posix.normalize(word.replace(/^[^=]*=/, ''));
    return name.length > 0 && (path === name || path.startsWith(`${name}/`));
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
    // A word that holds its own name, as `--lr=0.1` does, has none before it.
    if (argv[argvIndex]?.includes('=') !== true && argv[argvIndex - 1]?.startsWith('-') === true)
      named.add(argvIndex - 1);
  }
  for (const [index, word] of argv.entries()) {
    // A flag has no value.
    const flag = /^--?[A-Za-z]/.test(word) ? parameters[parameterName(word)] : undefined;
    if (flag?.source === 'argument' && flag.argvIndex === undefined) named.add(index);
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
