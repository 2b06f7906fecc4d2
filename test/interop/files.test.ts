/** Scripts that log into files, unchanged, with the real libraries; nothing says where the files lie. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { peerTitle, type PeerName } from '../../scripts/provision/pythonPeers.ts';
import { verdictSchema } from '../../src/runs/verdict.ts';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';
import { assertTracked } from './record/assertTracked.ts';
import { trackedScript } from './record/trackedScript.ts';

const libraries: readonly (readonly [PeerName, title: string, script: string])[] = [
  [
    'tensorboard',
    'writes event files with tensorboardX: scalars, text, images, histograms',
    'tensorboardx_run',
  ],
  ['dvclive', 'logs metrics, parameters and an image', 'dvclive_run'],
  ['trackio', 'logs metrics and a configuration', 'trackio_run'],
  ['wandb', 'logs offline: metrics and a configuration', 'wandb_offline'],
  ['keras', 'fits a model with CSVLogger', 'keras_fit'],
];

for (const [name, title, script] of libraries)
  describe(peerTitle(name), () => {
    it(title, async function () {
      await using tracked = await trackedScript(peerOrSkip(this, name), script);
      // W&B measures the machine beside it, and says which of its runs it is.
      assertTracked(tracked, 0, { more: /^(system\/|wandb\.)/ });
    });
  });

describe('several trainings in one script', () => {
  for (const [way, peer] of [
    ['wandb', 'wandb'],
    ['trackio', 'trackio'],
    ['dvclive', 'dvclive'],
    ['dvclive-again', 'dvclive'],
    ['tensorboard', 'tensorboard'],
  ] as const)
    it(`are child runs from the second on: ${way}`, async function () {
      await using tracked = await trackedScript(peerOrSkip(this, peer), 'several', { words: [way] });
      assertTracked(tracked, 0, { more: /^(system\/|wandb\.|hparams\.)/ });
      assert.equal(tracked.children.length, 2);
    });
});

describe('several trainings in one script, reproduced', () => {
  for (const [way, keys] of [
    ['wandb', ['loss', 'seed 1/loss', 'seed 2/loss']],
    ['dvclive', ['lr 2/train/loss', 'lr 3/train/loss', 'train/loss']],
  ] as const)
    it(`are identical: ${way}`, async function () {
      const env = { INTEROP_TRUTH: '' };
      await using tracked = await trackedScript(peerOrSkip(this, way), 'several', { words: [way], env });
      const { document } = await tracked.project.json(['reproduce', '@1', '--json'], { env: tracked.env });
      const verdict = verdictSchema.parse(document);
      assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
      assert.deepEqual(
        verdict.metrics.flatMap(({ key, comparedPoints }) =>
          key.endsWith('loss') ? [`${key} ${comparedPoints}`] : [],
        ),
        keys.map(key => `${key} 30`),
      );
    });
});

describe('the form of', () => {
  // Any Python will do: the script writes the form by itself, because the library is too large to install here.
  for (const [form, title] of [
    ['lightning', 'Lightning’s CSVLogger'],
    ['ultralytics', 'Ultralytics'],
    ['transformers', 'the Hugging Face Trainer’s state'],
  ] as const)
    it(title, async function () {
      await using tracked = await trackedScript(peerOrSkip(this, 'dvclive'), 'csv_forms', { words: [form] });
      assertTracked(tracked);
    });
});

describe(peerTitle('optuna'), () => {
  it('logs its trials as child runs with its MLflow callback', async function () {
    await using tracked = await trackedScript(peerOrSkip(this, 'optuna'), 'optuna_study');
    assertTracked(tracked, 0, { more: /^(number$|direction|datetime|.*_distribution$|state$)/ });
    assert.equal(tracked.children.length, 5);
  });
});

describe('a training of two processes', () => {
  for (const [way, peer] of [
    ['mlflow', 'mlflow'],
    ['multiprocessing mlflow', 'mlflow'],
    ['tensorboard', 'tensorboard'],
    ['lines', 'dvclive'],
  ] as const)
    it(`logs from every rank: ${way}`, async function () {
      await using tracked = await trackedScript(peerOrSkip(this, peer), 'ranks', { words: [way] });
      assertTracked(tracked);
      assert.deepEqual(Object.keys(tracked.run.metrics).sort(), ['loss rank 0', 'loss rank 1']);
    });
});
