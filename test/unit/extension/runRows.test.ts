import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commandLabel, commandName } from '../../../src/runs/commandLabel.ts';
import { runRows } from '../../../src/extension/worker/runRows.ts';
import type { RunSummary } from '../../../src/runs/runSummary.ts';
import { runSummaryOf } from './fixtures/runSummaryOf.ts';

const labels = (...runs: RunSummary[]): string[] => runRows('/store', runs, runs).map(row => row.label);

describe('run labels', () => {
  it('are the name, on one line', () => {
    assert.deepEqual(labels(runSummaryOf({ name: ' a\nb\u0000 ' })), ['a b']);
  });
  it('tell what differs from the neighbours of the same command', () => {
    const argv = ['python', 'train.py', '--lr', '0.1'];
    assert.deepEqual(
      labels(
        runSummaryOf({ argv, parameters: { lr: 0.1, width: 64, seed: 7 } }),
        runSummaryOf({ argv, parameters: { lr: 0.3, width: 64, seed: 7 } }),
        runSummaryOf({ argv: ['python', 'eval.py'], parameters: { lr: 9 } }),
        runSummaryOf({ name: 'baseline', argv, parameters: { lr: 0.1, width: 64, seed: 7 } }),
      ),
      ['lr=0.1', 'lr=0.3', 'eval.py', 'baseline'],
    );
  });
  it('tell fractions as people wrote them', () => {
    const runs = [0.1 * 3, 0.15 * 3].map(lr => runSummaryOf({ parameters: { lr } }));
    assert.deepEqual(labels(...runs), ['lr=0.3', 'lr=0.45']);
  });
  it('count a parameter that only some runs have as different', () => {
    assert.deepEqual(
      labels(
        runSummaryOf({ parameters: { 'model.width': 8 } }),
        runSummaryOf({ argv: ['python', 'train.py', 'x'] }),
      ),
      ['width=8', 'train.py x'],
    );
  });
  it('never are empty, long or of several lines, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), name => {
        const [label = ''] = labels(runSummaryOf({ name }));
        assert.ok(label !== '' && Array.from(label).length <= 120);
        assert.doesNotMatch(label, /[\n\r\t]/);
      }),
    );
    assert.equal(Array.from(labels(runSummaryOf({ name: '😀'.repeat(10_000) }))[0] ?? '').length, 120);
  });
});

describe('command names', () => {
  const table: [argv: string[], label: string, name: string][] = [
    [['/p/.venv/bin/python3.11', 'src/train.py', '--lr', '1'], 'train.py --lr 1', 'train.py'],
    [['python', '-m', 'pkg.train'], 'python -m pkg.train', 'pkg.train'],
    [['python', '-c', 'print(1)'], 'python -c print(1)', 'python'],
    [['torchrun', '--nproc', '2', 'train.py'], 'torchrun --nproc 2 train.py', 'train.py'],
    [['C:\\Python\\python.exe', 'a\\b.py'], 'b.py', 'b.py'],
    [['make', 'all'], 'make all', 'make'],
    [['python'], 'python', 'python'],
    [[], '', ''],
  ];
  for (const [argv, label, name] of table)
    it(JSON.stringify(argv), () => assert.deepEqual([commandLabel(argv), commandName(argv)], [label, name]));
});
