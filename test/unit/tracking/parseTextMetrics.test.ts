import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTextMetrics } from '../../../src/tracking/parseTextMetrics.ts';

function said(line: string): string {
  const report = parseTextMetrics(line);
  if (report === undefined) return 'nothing';
  const metrics = report.metrics.map(({ key, value }) => `${key}=${value}`).join(' ');
  const rank = report.rank === undefined ? '' : ` @rank ${report.rank}`;
  return metrics + (report.step === undefined ? '' : ` @${report.step}`) + rank;
}

function table(rows: readonly (readonly [line: string, expected: string])[]): void {
  for (const [line, expected] of rows) it(line.slice(0, 110), () => assert.equal(said(line), expected));
}

describe('a printed line holds metrics', () => {
  describe('of ordinary training loops', () => {
    table([
      ['Epoch 3/10 - loss: 0.4 - accuracy: 0.9', 'loss=0.4 accuracy=0.9 @3'],
      ['step=10 loss=0.3', 'loss=0.3 @10'],
      ['step: 10, loss: 0.3, tokens: 4096', 'loss=0.3 tokens=4096 @10'],
      ['Epoch: 7 | Train Loss: 0.512 | Val Loss: nan', 'Train_Loss=0.512 Val_Loss=NaN @7'],
      ['[Epoch 12] lr=1e-4, reward=-inf', 'lr=0.0001 reward=-Infinity @12'],
      ['epoch 1 loss 0.5 acc 0.9', 'loss=0.5 acc=0.9 @1'],
      ['val_loss: 0.25', 'val_loss=0.25'],
      ['Accuracy: 43.8%, Avg loss: 2.157', 'Accuracy=43.8 Avg_loss=2.157'],
      ['train Loss: 0.4 Acc: 0.9', 'train_Loss=0.4 train_Acc=0.9'],
      ['INFO:root:epoch=4 loss=0.3', 'loss=0.3 @4'],
      ['2026-01-01 10:00:00,123 - INFO - train - epoch: 4 loss: 0.3', 'loss=0.3 @4'],
      ['global_step=100 epoch=2 loss=0.5', 'loss=0.5 @100'],
      ['Epoch [1/5], Step [100/600], Loss: 0.3', 'Loss=0.3'],
      ['rank=1 step=3 loss=0.5', 'loss=0.5 @3 @rank 1'],
      ['loss: 2.303494  [   64/60000]', 'loss=2.303494'],
      ['[1,  2000] loss: 2.158', 'loss=2.158'],
      ['Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.298155', 'Loss=2.298155'],
    ]);
  });

  describe('of frameworks', () => {
    table([
      ['16/16 - 0s - 724us/step - accuracy: 0.5566 - loss: 0.6770', 'accuracy=0.5566 loss=0.677'],
      [
        '469/469 [==============================] - 2s 3ms/step - loss: 0.4 - my_thing: 3',
        'loss=0.4 my_thing=3',
      ],
      ["{'loss': 0.4, 'epoch': 1.0}", 'loss=0.4 @1'],
      [
        "{'loss': '2.429', 'grad_norm': '3.034', 'learning_rate': '4.688e-05', 'epoch': '0.5'}",
        'loss=2.429 grad_norm=3.034 learning_rate=0.00004688 @0.5',
      ],
      ["{'eval_loss': nan, 'eval_runtime': 0.5, 'epoch': 3}", 'eval_loss=NaN eval_runtime=0.5 @3'],
      ["INFO:trainer:{'loss': tensor(0.25, device='cuda:0'), 'step': 3}", 'loss=0.25 @3'],
      ["{'train': {'loss': np.float64(0.5)}, 'epoch': 1}", 'train/loss=0.5 @1'],
      ['[0]\ttrain-logloss:0.51406\teval-logloss:0.57048', 'train-logloss=0.51406 eval-logloss=0.57048 @0'],
      [
        "[2]\tvalid_0's binary_logloss: 0.644\tvalid_0's auc: 0.846",
        "valid_0's_binary_logloss=0.644 valid_0's_auc=0.846 @2",
      ],
      [
        '0:\tlearn: 0.6453\ttest: 0.6421\tbest: 0.6421 (0)\ttotal: 46.9ms',
        'learn=0.6453 test=0.6421 best=0.6421 @0',
      ],
      ['Iteration 1, loss = 0.70906459', 'loss=0.70906459 @1'],
      ['Norm: 51.79, NNZs: 5, Avg. loss: 2.011669', 'Norm=51.79 NNZs=5 Avg_loss=2.011669'],
      ['step 0: train loss 4.2874, val loss 4.2823', 'train_loss=4.2874 val_loss=4.2823 @0'],
      ['iter 10: loss 4.2664, time 1234.56ms, mfu -100.00%', 'loss=4.2664 @10'],
      ['| epoch 001 | loss 3.2 | ppl 9.19 | wps 1000', 'loss=3.2 ppl=9.19 @1'],
      [
        'Epoch: [0][  10/5005]\tTime  0.512 ( 1.0)\tLoss 6.9e+00 (6.9e+00)\tAcc@1 0.39 (0.1)',
        'Loss=6.9 Acc@1=0.39',
      ],
      [
        ' [2026-01-01 10:00:00] iteration       10/     100 | consumed samples:          320 | learning rate: 1.0E-4 | lm loss: 1.05E+01 | grad norm: 2.1 | number of skipped iterations:   0 |',
        'consumed_samples=320 learning_rate=0.0001 lm_loss=10.5 grad_norm=2.1 number_of_skipped_iterations=0 @10',
      ],
      [
        'Epoch 1: 100%|██████████| 5/5 [00:00<00:00, 8730.86it/s, loss=0.46, lr=0.001]',
        'loss=0.46 lr=0.001 @1',
      ],
    ]);
  });

  describe('not when a bar had not reached its end', () => {
    table([
      ['Epoch 1:  45%|████▌     | 450/1000 [00:10<00:12, 45.00it/s, loss=0.3]', 'nothing'],
      ['20/469 [>.............................] - ETA: 1s - loss: 0.6', 'nothing'],
    ]);
  });

  describe('not when it is anything else', () => {
    table(
      [
        'listening on port: 8080',
        'http://localhost:8080/loss=0.3',
        'Serving at http://127.0.0.1:6006/?loss=0.5',
        'localhost:8080',
        'Time: 10:30:11',
        'time: 12.5s',
        'version: 2.1',
        'torch==2.1.0 numpy=1.26.4',
        'Error: 404',
        'loss: 3 items were lost',
        'Loss function: CrossEntropyLoss',
        'Epoch 3/10',
        'Epoch 3: early stopping',
        'Epoch 00003: val_loss improved from 0.51 to 0.40, saving model',
        'Step 3/5 : RUN pip install torch==2.1.0',
        'Downloading: 100%|██████████| 5.2/5.2 [00:01<00:00, 4.5MB/s]',
        '    accuracy                           0.87       400',
        '| Epoch | loss | acc |',
        '|     1 | 0.30 | 0.9 |',
        '  train.py:12: UserWarning: lr=0.5 is high',
        'batch_size: 32',
        'lr: 0.001',
        'seed=42',
        'Namespace(lr=0.1, epochs=3)',
        'score: 3',
        '[LightGBM] [Info] Start training from score 0.200671',
        '[LightGBM] [Warning] No further splits with positive gain, best gain: -inf',
        'Total training time: 0.00 seconds.',
        "{'port': 8080, 'host': 'x'}",
        "{'loss': 0.4",
        '{"loss": 0.4}',
        'ratio 3:0.5',
        'C:\\data\\loss: 0.5x',
      ].map(line => [line, 'nothing']),
    );
  });

  it('takes anything without a failure, and adversarial lines in reasonable time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), line => void parseTextMetrics(line)),
    );
    const piece = fc.constantFrom(
      'loss',
      ' ',
      ':',
      '=',
      '0.5',
      '1',
      '[',
      '(',
      'epoch',
      '/',
      '|',
      '-',
      "'",
      '{',
      'a',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 500 }), words => void parseTextMetrics(words.join(''))),
    );
    for (const part of ['a(', 'a ', 'a: ', 'loss ', '1 ', 'epoch ', '{', "{'a':", ': 1 a'])
      parseTextMetrics(`1${part.repeat(1000)}`);
  });
});
