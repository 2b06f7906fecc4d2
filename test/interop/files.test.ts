/** Scripts that log into files, unchanged, with the real libraries; nothing of theirs is told where the files lie. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';
import { assertTracked } from './record/assertTracked.ts';
import { trackedScript } from './record/trackedScript.ts';

describe('libraries that log into files', () => {
  it('DVCLive', async function () {
    await using tracked = await trackedScript(peerOrSkip(this, 'dvclive'), 'dvclive_run');
    assertTracked(tracked);
  });

  it('trackio', async function () {
    await using tracked = await trackedScript(peerOrSkip(this, 'trackio'), 'trackio_run');
    assertTracked(tracked);
  });

  it('W&B offline', async function () {
    await using tracked = await trackedScript(peerOrSkip(this, 'wandb'), 'wandb_offline');
    // It measures the machine by itself, and says which run it is.
    assertTracked(tracked, 0, { more: /^(system\/|wandb\.)/ });
  });

  it('Keras with CSVLogger', async function () {
    await using tracked = await trackedScript(peerOrSkip(this, 'keras'), 'keras_fit');
    assertTracked(tracked);
  });

  it('tensorboardX: scalars, text, images, histograms', async function () {
    await using tracked = await trackedScript(peerOrSkip(this, 'tensorboard'), 'tensorboardx_run');
    assertTracked(tracked);
  });

  for (const [form, title] of [
    ['lightning', 'Lightning’s CSVLogger'],
    ['ultralytics', 'Ultralytics'],
    ['transformers', 'the state of the Hugging Face Trainer'],
  ] as const)
    it(`the form of ${title}`, async function () {
      // Any Python will do: the script writes the form by itself.
      await using tracked = await trackedScript(peerOrSkip(this, 'dvclive'), 'csv_forms', { words: [form] });
      assertTracked(tracked);
    });
});

describe('Optuna', () => {
  it('logs its trials as child runs with its MLflow callback', async function () {
    await using tracked = await trackedScript(peerOrSkip(this, 'optuna'), 'optuna_study');
    assertTracked(tracked, 0, { more: /^(direction|user_|datetime|[a-z_]*distribution$|state$|score_)/ });
    assert.equal(tracked.children.length, 5);
  });
});

describe('a training of two processes', () => {
  for (const [way, peer] of [
    ['mlflow', 'mlflow'],
    ['tensorboard', 'tensorboard'],
    ['lines', 'dvclive'],
  ] as const)
    it(`logs from every rank: ${way}`, async function () {
      await using tracked = await trackedScript(peerOrSkip(this, peer), 'ranks', { words: [way] });
      assertTracked(tracked);
      assert.deepEqual(Object.keys(tracked.run.metrics).sort(), ['loss rank 0', 'loss rank 1']);
    });
});
