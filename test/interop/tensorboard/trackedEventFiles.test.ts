/** Scripts that log event files, unchanged, in the layouts of several tools. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';
import { assertSameAsTold } from '../record/assertSameAsTold.ts';
import { assertTracked } from '../record/assertTracked.ts';
import { trackedScript } from '../record/trackedScript.ts';

describe('a run that logs event files', () => {
  for (const [form, what] of [
    ['folded', 'holds what add_scalars and add_hparams wrote into folders of their own'],
    ['keras', 'holds train and validation apart, as Keras writes them'],
    ['restart', 'holds both stretches of a restart'],
  ] as const)
    it(what, async function () {
      await using tracked = await trackedScript(peerOrSkip(this, 'tensorboard'), 'tensorboard_forms', {
        words: [form],
      });
      assertTracked(tracked);
    });

  it('holds every whole record of a process that was killed', async function () {
    await using tracked = await trackedScript(peerOrSkip(this, 'tensorboard'), 'tensorboard_forms', {
      words: ['killed'],
    });
    assert.ok(tracked.truth.main);
    assertSameAsTold(tracked.truth.main, tracked.run);
    assert.deepEqual(tracked.run.warnings, []);
  });
});
