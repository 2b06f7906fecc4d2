import assert from 'node:assert/strict';
import { reproductionNotJudged } from '../../../src/reproduction/errors.ts';
import type { RunState } from '../../../src/runs/runState.ts';

const [id, original] = ['01M8396F2HXXBNE4XH9BVHQ5X8', '01M8396F2HXXBNE4XH9BVHQAAA'];

describe('a run without a verdict', () => {
  const table: [state: RunState, reproduces: string | undefined, message: RegExp, mend: RegExp][] = [
    ['finished', undefined, /^Run HQ5X8 has no verdict\.$/, /^Reproduce it: lockstep reproduce HQ5X8$/],
    ['running', original, /goes on, so there is no verdict yet/, /^Watch it: lockstep logs HQ5X8 --follow$/],
    ['preparing', original, /goes on/, /--follow/],
    ['running', undefined, /goes on/, /--follow/],
    [
      'cancelled',
      original,
      /was cancelled and has no verdict/,
      /that run once more: lockstep reproduce HQAAA$/,
    ],
    ['failed', original, /has failed and has no verdict/, /lockstep reproduce HQAAA$/],
  ];
  for (const [state, reproduces, message, mend] of table)
    it(`that is ${state}${reproduces === undefined ? '' : ', a reproduction'}`, () => {
      const error = reproductionNotJudged({ id, state }, reproduces);
      assert.match(error.message.replaceAll('VHQ', 'HQ'), message);
      assert.match((error.mend ?? '').replaceAll('VHQ', 'HQ'), mend);
    });
});
