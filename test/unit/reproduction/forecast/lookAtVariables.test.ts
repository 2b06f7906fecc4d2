/** What a forecast says of variables that this shell does not have as the run had them. */
import assert from 'node:assert/strict';
import { captureVariables } from '../../../../src/execution/capture/variables.ts';
import { lookAtVariables } from '../../../../src/reproduction/forecast/lookAtVariables.ts';
import { plan } from '../recordedRun.ts';

const key = Buffer.alloc(32, 1);
const then = { LR: '0.1', DATA: '/data', OMP_NUM_THREADS: '4', API_TOKEN: 'abc', HOME: '/home/ana' };

function look(
  now: Record<string, string>,
  named: readonly string[],
  change: { overrides?: Record<string, string> } = {},
) {
  return lookAtVariables({
    plan: plan({ variables: captureVariables(then, key) }),
    environment: now,
    here: captureVariables(now, key),
    named: new Map(named.map(name => [name, 'train.py'])),
    overrides: {},
    ...change,
  }).map(({ what, availability, reason, from }) => `${what} ${availability}: ${reason ?? from ?? ''}`);
}

describe('a forecast', () => {
  it('names variables that the code names and this shell has not as the run had them', () => {
    assert.deepEqual(look(then, Object.keys(then)), []);
    assert.deepEqual(
      look({ OMP_NUM_THREADS: '4', LR: '0.2', NEW: '1' }, ['LR', 'DATA', 'NEW', 'API_TOKEN']),
      [
        'variable DATA gone: it was set, is not set here, and train.py names it; of its value only a hash is recorded',
        'variable LR changed: it has another value here, and train.py names it; of the one it had only a hash is recorded',
        'variable NEW changed: it is set here, was not set, and train.py names it',
      ],
    );
    assert.deepEqual(look({ ...then, LR: '0.2' }, []), [], 'the code does not name it');
    assert.deepEqual(look({ ...then, LR: '0.2' }, ['LR'], { overrides: { LR: '0.1' } }), []);
  });

  it('says which recorded values a reproduction sets', () => {
    assert.deepEqual(look({ ...then, OMP_NUM_THREADS: '8', MKL_NUM_THREADS: '2', TERM: 'x' }, []), [
      'variable OMP_NUM_THREADS=4 here: the record',
      'variable MKL_NUM_THREADS unset here: the record',
    ]);
  });

  it('tells of a record of another store only what is set', () => {
    const items = lookAtVariables({
      plan: plan({ variables: captureVariables(then, key) }),
      ...{ environment: { LR: '0.2', OMP_NUM_THREADS: '4' }, here: undefined, overrides: {} },
      named: new Map([
        ['LR', 'train.py'],
        ['DATA', 'train.py'],
      ]),
    });
    assert.deepEqual(
      items.map(({ what, availability }) => [what, availability]),
      [['variable DATA', 'gone']],
    );
  });
});
