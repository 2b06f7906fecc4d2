import assert from 'node:assert/strict';
import { previewMetricLines } from '../../../src/tracking/previewMetricLines.ts';

describe('previewMetricLines', () => {
  it('shows what Hugging Face, Keras and JSON lines would give', () => {
    const text = [
      'Loading checkpoint shards: 100%|██████████| 2/2 [00:01<00:00]',
      "{'loss': '2.429', 'grad_norm': '3.034', 'learning_rate': '4.688e-05', 'epoch': '0.5'}",
      "{'loss': '2.1', 'grad_norm': '2.9', 'learning_rate': '4.1e-05', 'epoch': '1'}",
      'Epoch 1/2',
      '\u001b[1m10/10\u001b[0m ━━━━━━━━━━━━━━━━━━━━ 1s 5ms/step - accuracy: 0.9 - val_loss: 0.25',
      '{"step": 7, "reward": 3}',
    ].join('\n');
    assert.deepEqual(
      previewMetricLines(text).map(({ key, value, step, lines }) => [key, value, step, lines]),
      [
        ['loss', 2.429, 0.5, 2],
        ['grad_norm', 3.034, 0.5, 2],
        ['learning_rate', 4.688e-5, 0.5, 2],
        ['accuracy', 0.9, 1, 1],
        ['val_loss', 0.25, 1, 1],
        ['reward', 3, 7, 1],
      ],
    );
  });

  it('shows the line itself, without colours, and not all of it', () => {
    const [first] = previewMetricLines(`\u001b[32mstep 3 loss 0.5\u001b[0m ${'.'.repeat(500)}`);
    assert.equal(first?.line.startsWith('step 3 loss 0.5 ...'), true);
    assert.equal(first.line.length, 200);
  });

  it('shows what patterns would find, wrong and endless ones included', () => {
    const text = `it 4 | L 0.5\n${'a'.repeat(60)}!\n`;
    const patterns = ['(', 'it (?<step>\\d+) \\| L (?<loss>\\S+)', '^(?<x>(a+)+)$'];
    assert.deepEqual(previewMetricLines(text, patterns), [
      { key: 'loss', line: 'it 4 | L 0.5', value: 0.5, step: 4, lines: 1 },
    ]);
  });

  it('shows nothing of nothing', () => {
    assert.deepEqual(previewMetricLines('Listening on port 8080\nDone in 3.2 s\n'), []);
  });
});
