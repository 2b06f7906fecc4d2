import assert from 'node:assert/strict';
import {
  attestationsOf,
  attestationsWithHosts,
} from '../../../../src/reproduction/verdict/attestationsOf.ts';

describe('attestationsOf', () => {
  const verdict = (word: string, host?: string): { verdict: string; host?: string } => ({
    verdict: word,
    ...(host === undefined ? {} : { host }),
  });
  const cases: readonly [Parameters<typeof attestationsOf>[0], string, string][] = [
    [
      [{ ...verdict('identical'), throughStep: 3 }],
      'reproduced once: identical in part',
      'reproduced once: 1 identical in part',
    ],
    [
      [
        { ...verdict('identical', 'alpha'), part: { throughStep: 3 } },
        verdict('identical', 'alpha'),
        { ...verdict('diverged'), part: {} },
      ],
      'reproduced 3 times: 1 identical, 1 identical in part, 1 diverged in part',
      'reproduced 3 times: 1 identical (alpha), 1 identical in part (alpha), 1 diverged in part',
    ],
    [[], '', ''],
    [[verdict('identical', 'alpha')], 'reproduced once: identical', 'reproduced once: 1 identical (alpha)'],
    [
      [verdict('within-tolerance', 'beta'), verdict('identical', 'alpha'), verdict('identical', 'alpha')],
      'reproduced 3 times: 2 identical, 1 within tolerance',
      'reproduced 3 times: 2 identical (alpha), 1 within tolerance (beta)',
    ],
    [
      [verdict('diverged'), verdict('inconclusive'), verdict('identical')],
      'reproduced 3 times: 1 identical, 1 diverged, 1 inconclusive',
      'reproduced 3 times: 1 identical, 1 diverged, 1 inconclusive',
    ],
    [
      [verdict('something newer'), verdict('diverged')],
      'reproduced 2 times: 1 diverged, 1 something newer',
      'reproduced 2 times: 1 diverged, 1 something newer',
    ],
  ];
  for (const [verdicts, text, withHosts] of cases)
    it(text === '' ? 'says nothing of nothing' : text, () => {
      assert.equal(attestationsOf(verdicts).text, text);
      assert.equal(attestationsWithHosts(attestationsOf(verdicts)), withHosts);
    });
});
