/** Words of two commands that belong to no parameter. */
import assert from 'node:assert/strict';
import type { UntriedDifference } from '../../../../src/reproduction/cause/trialChange.ts';
import { isNamed, wordTrials } from '../../../../src/reproduction/cause/wordTrials.ts';
import type { Plan } from '../../../../src/runs/plan.ts';

type Command = Pick<Plan, 'argv' | 'parameters' | 'secretArguments'>;

/** `lr=0.1` and the word after `--name` are parameters, as far as `named` has them. */
function command(text: string, named: Readonly<Record<string, number>> = {}, secret: number[] = []): Command {
  const parameters = Object.fromEntries(
    Object.entries(named).map(([name, argvIndex]) => [name, { value: '', source: 'argument', argvIndex }]),
  );
  return { argv: text.split(' '), parameters, secretArguments: secret };
}

function withFlag({ parameters, ...rest }: Command): Command {
  return { ...rest, parameters: { ...parameters, slow: { value: true, source: 'argument' } } };
}

function planned(original: Command, now: Command): { trials: unknown[]; untried: string[] } {
  const untried: UntriedDifference[] = [];
  const trials = wordTrials(original, now, undefined, untried);
  return {
    trials: trials.map(({ restored, change }) => [restored, change.words]),
    untried: untried.map(({ restored, problem }) => `${restored}: ${problem}`),
  };
}

const cases: readonly {
  readonly title: string;
  readonly original: Command;
  readonly now: Command;
  readonly trials?: readonly unknown[];
  readonly untried?: readonly string[];
}[] = [
  { title: 'the same', original: command('python train.py 1'), now: command('python train.py 1') },
  {
    title: 'another number',
    original: command('python train.py 0.1 7'),
    now: command('python train.py 0.2 7'),
    trials: [['argument 2 0.2 → 0.1', { 2: '0.1' }]],
  },
  {
    title: 'parameters beside it, which have trials of their own',
    original: command('python train.py --lr 0.1 small', { lr: 3 }),
    now: command('python train.py --lr 0.2 large', { lr: 3 }),
    trials: [['argument 4 large → small', { 4: 'small' }]],
  },
  {
    title: 'a parameter that only one has',
    original: command('python train.py small', {}),
    now: command('python train.py --lr 0.2 epochs=3 large', { lr: 3, epochs: 4 }),
    trials: [['argument 5 large → small', { 5: 'small' }]],
  },
  {
    title: 'more words',
    original: command('python train.py a'),
    now: command('python train.py a b'),
    untried: [
      'the command python train.py a b → python train.py a: the two have not as many words, so which stands for which is not known',
    ],
  },
  {
    title: 'another program',
    original: command('python3 train.py'),
    now: command('python train.py'),
    untried: ['program python → python3: a trial has the program of the run that it repeats'],
  },
  {
    title: 'flags and negative numbers, which are parameters',
    original: withFlag(command('python train.py --slow --offset 1 small', { offset: 4 })),
    now: withFlag(command('python train.py --slow --offset -1 large', { offset: 4 })),
    trials: [['argument 5 large → small', { 5: 'small' }]],
  },
  {
    title: 'another script',
    original: command('python train.py'),
    now: command('python train2.py'),
    trials: [['argument 1 train2.py → train.py', { 1: 'train.py' }]],
  },
  {
    title: 'a secret',
    original: command('python train.py <secret>', {}, [2]),
    now: command('python train.py open'),
    untried: ['argument 2 of the command: it holds a secret, which is not recorded'],
  },
];

describe('words of the command that differ', () => {
  it('are put into no command of another person', () => {
    const untried: UntriedDifference[] = [];
    const [own, theirs] = [command('bash -c true'), command('bash -c evil')];
    assert.deepEqual(wordTrials(theirs, own, undefined, untried, true), []);
    assert.equal(untried[0]?.restored, 'argument 2 true → evil');
  });

  it('name files and folders that lie below them', () => {
    const words = ['--data=data/train', './a.csv', 'b'];
    const named = ['a.csv', 'data/train', 'data/train/x.npy', 'b/c'];
    for (const path of named) assert.equal(isNamed(path, words), true, path);
    for (const path of ['data/train2', 'data', 'c', 'bc']) assert.equal(isNamed(path, words), false, path);
  });

  for (const { title, original, now, trials = [], untried = [] } of cases)
    it(title, () => {
      assert.deepEqual(planned(original, now), { trials, untried });
    });
});
