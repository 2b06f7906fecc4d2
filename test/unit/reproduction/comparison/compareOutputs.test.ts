import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareOutputs } from '../../../../src/reproduction/comparison/compareOutputs.ts';
import type { OutputVerdict } from '../../../../src/runs/verdict.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { float32, npyFile, npzFile, safetensorsFile } from '../../../helpers/tensorWriter.ts';

/** Of two files of the same name in two runs. */
async function compared(
  path: string,
  first: Buffer,
  second: Buffer,
  metricsAgree = false,
): Promise<OutputVerdict> {
  await using folder = await temporaryFolder();
  const [before, now] = [join(folder.path, 'before'), join(folder.path, 'now')];
  await Promise.all([writeFile(before, first), writeFile(now, second)]);
  const use = (sha256: string): { path: string; how: 'seen'; sha256: string } => ({
    path,
    how: 'seen',
    sha256,
  });
  const [outcome] = await compareOutputs([use('a')], [use('b')], {
    metricsAgree,
    originalFile: () => Promise.resolve(before),
    reproducedFile: () => Promise.resolve(now),
  });
  assert.ok(outcome !== undefined);
  return outcome;
}

describe('declared outputs that were not written', () => {
  const written = { path: 'm', how: 'declared', sha256: 'a' };
  const missing = { path: 'm', how: 'declared', problem: 'missing' };
  const left = { ...written, unwritten: true };
  const rows = [
    ['by neither', missing, missing, 'identical', true],
    ['by neither, of which one met an older file', left, missing, 'identical', true],
    ['by neither, where both met one', left, { ...left, sha256: 'b' }, 'identical', true],
    ['by the reproduction', written, missing, 'diverged', false],
    ['by the reproduction, which met an older file', written, left, 'diverged', false],
    ['by the original', missing, written, 'diverged', false],
    ['by the original, which met what the reproduction wrote', left, written, 'identical', false],
    ['by the original, which met another', left, { ...written, sha256: 'b' }, 'inconclusive', false],
  ] as const;
  for (const [title, first, second, verdict, volatile] of rows)
    it(`${title}: ${verdict}`, async () => {
      const [found] = await compareOutputs([first], [second], { declared: ['m'] });
      assert.deepEqual([found?.verdict, found?.volatile], [verdict, volatile], found?.sentence);
    });
});

describe('an output that differs', () => {
  it('says where what the original wrote is gone', async () => {
    const use = (sha256: string): { path: string; how: 'seen'; sha256: string } => ({
      ...{ path: 'm.json', how: 'seen', sha256 },
    });
    const [found] = await compareOutputs([use('a')], [use('b')], {
      originalFile: () => Promise.resolve(undefined),
      reproducedFile: () => Promise.resolve('/gone/m.json'),
    });
    assert.equal(
      found?.sentence,
      'The bytes differ. What the original wrote is gone, so only its hash could be compared.',
    );
  });
});

describe('outputs of tensors', () => {
  const weight = { name: 'w', type: 'F32', shape: [2], data: float32(1, 2) };
  const array = { ...weight, type: '<f4' };
  const far = { ...weight, data: float32(1, 3) };
  const near = { ...weight, data: float32(1, 2 + 2 ** -21) };

  it('are identical in other bytes, and count', async () => {
    const found = await compared('m.npz', npzFile([array], { time: 1 }), npzFile([array], { time: 2 }));
    assert.deepEqual(
      [found.verdict, found.volatile, found.tensors, found.sentence],
      [
        'identical',
        false,
        { format: 'npz', compared: 1, differing: [] },
        'The one tensor is identical; only the file around differs.',
      ],
    );
  });

  const rows: readonly [title: string, second: Buffer, agree: boolean, verdict: string, sentence: RegExp][] =
    [
      [
        'within the tolerance of their type',
        safetensorsFile([near]),
        false,
        'within-tolerance',
        /differs, most in w: by a relative 2\.4e-7, within the tolerance of the data type\./,
      ],
      ['beyond it', safetensorsFile([far]), false, 'diverged', /differs, most in w: by a relative 0\.5\./],
      [
        'beyond it under metrics that agree',
        safetensorsFile([far]),
        true,
        'within-tolerance',
        /although every counted metric agrees/,
      ],
      [
        'of another type under metrics that agree',
        safetensorsFile([{ ...weight, type: 'I32' }]),
        true,
        'diverged',
        /W is float32 2 in the original, int32 2 now/,
      ],
      [
        'of another name under metrics that agree',
        safetensorsFile([{ ...weight, name: 'v' }]),
        true,
        'diverged',
        /Only the reproduction has v\./,
      ],
      [
        'that cannot be read',
        Buffer.from('nothing'),
        false,
        'diverged',
        /The bytes differ\. The tensors could not be compared: it has no header\./,
      ],
    ];
  for (const [title, second, agree, verdict, sentence] of rows)
    it(`${title}: ${verdict}`, async () => {
      const found = await compared('model.safetensors', safetensorsFile([weight]), second, agree);
      assert.equal(found.verdict, verdict, found.sentence);
      assert.match(found.sentence ?? '', sentence);
    });

  it('are two models and not one when they are as far apart as two trainings', async () => {
    const other = safetensorsFile([{ ...weight, data: float32(5, -7) }]);
    const found = await compared('model.safetensors', safetensorsFile([weight]), other, true);
    assert.equal(found.verdict, 'diverged', found.sentence);
  });

  for (const [path, verdict] of [
    ['predictions.npy', 'diverged'],
    ['results_final.npy', 'diverged'],
    ['out/model_weights.npy', 'within-tolerance'],
    ['checkpoint-3/best.npy', 'within-tolerance'],
    ['results/checkpoint-3/layer1.npy', 'within-tolerance'],
    ['checkpoint-3/predictions/fold1.npy', 'diverged'],
    ['best_predictions.npy', 'diverged'],
    ['agent_rewards.npy', 'diverged'],
    ['net_income.npy', 'diverged'],
    ['encoder_outputs2.npy', 'diverged'],
    ['model/test_preds.npy', 'diverged'],
  ] as const)
    it(`are weights by their name alone, under metrics that agree: ${path}: ${verdict}`, async () => {
      const found = await compared(path, npyFile(array), npyFile({ ...far, type: '<f4' }), true);
      assert.equal(found.verdict, verdict, found.sentence);
    });

  for (const [path, verdict] of [
    ['results.pkl', 'diverged'],
    ['model.pkl', 'within-tolerance'],
    ['out/rf_classifier.joblib', 'within-tolerance'],
    ['embeddings.bin', 'diverged'],
    ['bert_predictions.pkl', 'diverged'],
    ['us_state_results.pkl', 'diverged'],
    ['outputs/reward_model.bin', 'within-tolerance'],
    ['embeddings_classifier.pkl', 'within-tolerance'],
    ['out/best_predictions.pt', 'diverged'],
    ['epoch=3-val_loss=0.12.ckpt', 'within-tolerance'],
    ['results/xgb.joblib', 'within-tolerance'],
    ['net.pt', 'within-tolerance'],
  ] as const)
    it(`are bytes of a model by its name, under metrics that agree: ${path}: ${verdict}`, async () => {
      const found = await compared(path, Buffer.from('a'), Buffer.from('b'), true);
      assert.equal(found.verdict, verdict, found.sentence);
    });

  it('are pickled objects never loaded, only bytes', async () => {
    const object = (text: string): Buffer => npyFile({ type: '|O', shape: [1], data: Buffer.from(text) });
    assert.equal((await compared('x.npy', object('cos\nsystem'), object('cos\nremove'))).verdict, 'diverged');
  });
});
