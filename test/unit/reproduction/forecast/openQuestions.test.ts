/** Equal bits are expected of a run only where nothing is open. */
import assert from 'node:assert/strict';
import { forecastSentence } from '../../../../src/reproduction/forecast/forecastSentence.ts';
import { openQuestions, type OpenFacts } from '../../../../src/reproduction/forecast/openQuestions.ts';
import { usesHashOrder } from '../../../../src/reproduction/forecast/usesHashOrder.ts';
import type { ForecastItem } from '../../../../src/runs/forecast.ts';
import type { Ingredient } from '../../../../src/runs/verdict.ts';
import { findRepository } from '../../../../src/git/findRepository.ts';
import { captured as known } from '../../../../src/runs/known.ts';
import { gitRepository } from '../../../helpers/gitRepository.ts';
import { capturedValues, code, originalId, plan } from '../recordedRun.ts';

const nothing: OpenFacts = { runId: originalId, items: [], ingredients: [], caps: [], escapes: [] };
const item = (
  ingredient: ForecastItem['ingredient'],
  what: string,
  availability: ForecastItem['availability'],
): Pick<OpenFacts, 'items'> => ({ items: [{ ingredient, what, availability }] });
const row = (name: Ingredient['name'], ...differences: string[]): Pick<OpenFacts, 'ingredients'> => ({
  ingredients: [{ name, status: 'differs', original: '', now: '', differences }],
});
const short = originalId.slice(-6);

describe('the headline of a forecast', () => {
  const table: readonly [string, Partial<OpenFacts>, string][] = [
    ['nothing is open', {}, 'Expected to be identical to the last bit.'],
    ['a seed is known', item('parameters', 'seed 7', 'here'), 'Expected to be identical to the last bit.'],
    [
      'a variable is set only now',
      row('environment', 'variable EDITOR is set only now'),
      'Expected to be identical to the last bit.',
    ],
    [
      'hardware differs, which the rules of closeness judge',
      row('hardware', '8 → 16 cores'),
      'Expected to be identical to the last bit.',
    ],
    [
      'the code names the workspace',
      { escapes: ['t.py names /a/project in line 3'] },
      'Equal bits are possible, and not certain: t.py names /a/project in line 3, which is not its private checkout.',
    ],
    [
      'a variable is set to something else',
      row('environment', 'variable MODE a → b', 'variable HOME has another value'),
      'Equal bits are possible, and not certain: the environment differs: variable MODE a → b.',
    ],
    [
      'a variable that the code names is missing',
      item('environment', 'variable LR', 'gone'),
      'It cannot be the same run: variable LR.',
    ],
    [
      'a secret is missing',
      item('parameters', 'API_TOKEN', 'unknown'),
      'Equal bits are possible, and not certain: API_TOKEN: not set here.',
    ],
    [
      'whether the data are had is not known',
      item('data', 'data', 'unknown'),
      'Equal bits are possible, and not certain: data is not known beforehand.',
    ],
    [
      'no seed was seen',
      item('parameters', 'seed', 'unknown'),
      `Nothing recorded stands against equal bits; no seed was seen (lockstep probe ${short} tells).`,
    ],
    [
      'hashes had no seed',
      item('determinism', 'PYTHONHASHSEED', 'unknown'),
      `Nothing recorded stands against equal bits; PYTHONHASHSEED was not set (lockstep probe ${short} tells).`,
    ],
    [
      'an earlier reproduction was capped',
      { caps: ['code from outside the repository (/a/lib.py).'] },
      'Within tolerance at best: code from outside the repository (/a/lib.py).',
    ],
    [
      'much is open',
      { caps: ['a', 'b', 'c'], ...item('parameters', 'seed', 'unknown') },
      'Within tolerance at best: a; b; and 2 more.',
    ],
  ];
  for (const [title, change, sentence] of table)
    it(title, () => {
      const facts = { ...nothing, ...change };
      const { items, caps } = facts;
      const open = openQuestions(facts);
      assert.equal(
        forecastSentence({
          ...{ closeness: 'bit-identical', blockers: [], limits: [], fetch: 0 },
          ...{ items: [...items], caps: [...caps], open },
        }),
        sentence,
      );
    });
});

it('the order of sets matters where the code makes them, or nobody saw the code', async () => {
  await using repository = await gitRepository({
    'plain.py': 'a = {"x": 1, "y": [n for n in (1, 2)]}\nmodel.set(3)\nprint(f"{a}")\n',
    'sets.py': 'names = set(open("names.txt"))\n',
    'literal.py': 'for name in {"a", "b"}: print(name)\n',
    'comprehension.py': 'names = {line.strip() for line in lines}\n',
  });
  const { root, environment } = repository;
  const tree = (await repository.git('rev-parse', 'HEAD^{tree}')).trim();
  const found = await findRepository(root, environment);
  const of = async (...files: string[]): Promise<boolean> =>
    usesHashOrder(
      {
        plan: plan({ root, code: known(code({ tree })) }),
        captured: capturedValues({ code: files.map(file => `${root}/${file}`) }),
      },
      found,
      { environment },
    );
  assert.deepEqual(
    await Promise.all([of('plain.py'), of('sets.py'), of('literal.py'), of('comprehension.py'), of()]),
    [false, true, true, true, true],
  );
});
