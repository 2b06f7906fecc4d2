import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { MetricPoint } from '../../../src/runs/metricSeries.ts';
import { LineFolder, metricSources, type LineFolderOptions } from '../../../src/tracking/lineFolder.ts';

const reports = { source: metricSources.stdoutReports };
const text = { source: metricSources.stdoutText };

function fold(
  content: string | Uint8Array,
  options: LineFolderOptions,
  pieces: readonly number[] = [],
): MetricPoint[] {
  const bytes = Buffer.from(content);
  const folder = new LineFolder(options);
  const points: MetricPoint[] = [];
  let at = 0;
  for (const size of [...pieces, bytes.length]) {
    points.push(...folder.push(bytes.subarray(at, at + size), 0).points);
    at += size;
  }
  points.push(...folder.end(0).points);
  assert.equal(folder.offset, bytes.length);
  return points;
}

function shown(points: readonly MetricPoint[]): string[] {
  return points.map(
    ({ key, rank, step, value }) => `${rank === undefined ? '' : `${rank}:`}${key}@${step}=${value}`,
  );
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/printed/${name}`, import.meta.url));
}

describe('a line folder', () => {
  it('reads what Keras prints', () => {
    // fit() with its bar, fit(verbose=2), evaluate(), predict(); keras 3.15 on JAX.
    assert.deepEqual(shown(fold(fixture('keras.txt'), text)), [
      ...['accuracy@1=0.5703', 'loss@1=0.6815', 'val_accuracy@1=0.5078', 'val_loss@1=0.6957'],
      ...['accuracy@2=0.5605', 'loss@2=0.6792', 'val_accuracy@2=0.5078', 'val_loss@2=0.6947'],
      ...['accuracy@1=0.5566', 'loss@1=0.677', 'val_accuracy@1=0.5078', 'val_loss@1=0.6931'],
      ...['accuracy@2=0.5547', 'loss@2=0.6751', 'val_accuracy@2=0.5', 'val_loss@2=0.6916'],
      ...['evaluate/accuracy@0=0.5437', 'evaluate/loss@0=0.6774'],
    ]);
  });

  it('reads what boosting libraries, scikit-learn and tqdm print', () => {
    // lightgbm 4.7, xgboost 3.2, scikit-learn 1.9 (MLP, gradient boosting, SGD, a report), tqdm 4.70.
    assert.deepEqual(shown(fold(fixture('boosting.txt'), text)), [
      ...["valid_0's_binary_logloss@1=0.681439", "valid_0's_auc@1=0.796689"],
      ...["valid_0's_binary_logloss@2=0.644244", "valid_0's_auc@2=0.846138"],
      ...["valid_0's_binary_logloss@3=0.616766", "valid_0's_auc@3=0.844015"],
      ...['train-logloss@0=0.51406', 'eval-logloss@0=0.57048'],
      ...['train-logloss@1=0.40864', 'eval-logloss@1=0.48408'],
      ...['train-logloss@2=0.3341', 'eval-logloss@2=0.42134'],
      ...['loss@1=0.70906459', 'Validation_score@0=0.5', 'loss@2=0.7027305', 'Validation_score@1=0.475'],
      ...['loss@3=0.69685782', 'Validation_score@2=0.4'],
      ...[
        'Norm@1=51.79',
        'NNZs@1=5',
        'Bias@1=-62.927242',
        'T@1=400',
        'Avg_loss@1=2.011669',
        'Objective@1=2.120767',
      ],
      ...[
        'Norm@2=60.63',
        'NNZs@2=5',
        'Bias@2=-69.107264',
        'T@2=800',
        'Avg_loss@2=0.859429',
        'Objective@2=1.038717',
      ],
      ...[
        'Norm@3=60.61',
        'NNZs@3=5',
        'Bias@3=-68.8874',
        'T@3=1200',
        'Avg_loss@3=0.423714',
        'Objective@3=0.610873',
      ],
      ...['loss@1=0.46', 'lr@1=0.001'],
    ]);
  });

  it('counts the steps of lines without one, going on where the log stands', () => {
    const content = '{"loss": 3}\n{"loss": 2, "acc": 1}\n{"loss": 1}\n';
    const countOf = (key: string): number => (key === 'loss' ? 5 : 0);
    assert.deepEqual(shown(fold(content, { ...reports, countOf })), [
      'loss@5=3',
      'loss@6=2',
      'acc@0=1',
      'loss@7=1',
    ]);
  });

  it('takes ranks from launchers, from the line, and from what is known of the process', () => {
    const content = [
      '[rank1]:{"loss": 1}',
      '[default0]:{"loss": 2}',
      '[1,3]<stdout>:{"loss": 3}',
      '{"loss": 4, "rank": 2}',
      '{"loss": 5}',
      '[1] {"loss": 6}',
    ].join('\n');
    assert.deepEqual(shown(fold(content, { ...reports, rank: 7 })), [
      ...['1:loss@0=1', '0:loss@0=2', '3:loss@0=3', '2:loss@0=4', '7:loss@0=5'],
    ]);
  });

  it('gives lines the epoch of the line above, but not the lines of batches', () => {
    const content =
      'Epoch 1/2\n-----\nloss: 2.5  [  64/600]\ntrain Loss: 0.5 Acc: 0.25\nEpoch 2/2\nval Loss: 0.4 Acc: 0.5\n';
    assert.deepEqual(shown(fold(content, text)), [
      ...['loss@0=2.5', 'train_Loss@1=0.5', 'train_Acc@1=0.25', 'val_Loss@2=0.4', 'val_Acc@2=0.5'],
    ]);
  });

  const troubles: readonly (readonly [name: string, content: string | Buffer, points: readonly string[]])[] =
    [
      ['a byte order mark and CRLF', '\ufeff{"a": 1}\r\n{"a": 2}\r\n', ['a@0=1', 'a@1=2']],
      ['colours', '\x1b[32m{"a": 1}\x1b[0m\n', ['a@0=1']],
      ['a progress bar in front', ' 10%|#  | 1/10\r 20%|## | 2/10\r{"a": 1}\n', ['a@0=1']],
      [
        'invalid UTF-8 around and within',
        Buffer.concat([Buffer.from([0xff, 0xfe, 0x0a, 0xc3, 0x28, 0x0a]), Buffer.from('{"a": 1}\n')]),
        ['a@0=1'],
      ],
      ['no line end at the end', '{"a": 1}\n{"a": 2}', ['a@0=1', 'a@1=2']],
      ['a torn end', '{"a": 1}\n{"a": 2', ['a@0=1']],
      [
        'NUL bytes (a copytruncated log)',
        Buffer.concat([Buffer.alloc(5000), Buffer.from('\n{"a": 1}\n')]),
        ['a@0=1'],
      ],
      ['a line of 10 MB', `{"note": "${'x'.repeat(10_000_000)}", "a": 1}\n{"a": 2}\n`, ['a@0=1', 'a@1=2']],
      ['a line that never ends', `${'x'.repeat(20_000_000)}\n{"a": 2}\n`, ['a@0=2']],
    ];
  for (const [name, content, points] of troubles)
    it(`survives ${name}`, () => {
      const size = Buffer.from(content).length;
      const pieces = size > 1_000_000 ? Array.from({ length: Math.floor(size / 65_536) }, () => 65_536) : [];
      assert.deepEqual(shown(fold(content, reports, pieces)), points);
    });

  it('holds no more than the newest state of a bar that redraws itself for ever', () => {
    const folder = new LineFolder(reports);
    const state = Buffer.from(`${' 10%|█  | loss=0.5'.padEnd(80)}\r`);
    for (let i = 0; i < 1000; i++) folder.push(state, 0);
    assert.ok(folder.offset >= 998 * state.length);
    assert.deepEqual(shown(folder.push(Buffer.from('{"a": 1}\n'), 0).points), ['a@0=1']);
  });

  it('skips the rest of a line when it starts in its middle', () => {
    assert.deepEqual(shown(fold('{"a": 1}}\n{"a": 2}\n', { ...reports, midLine: true })), ['a@0=2']);
  });

  it('gives the same points however the bytes arrive, and from any offset on', () => {
    const lines = [
      '{"epoch": 1, "loss": 0.5}',
      'Epoch 1/3',
      'loss: 0.25',
      ' 3%|\r 5%|',
      '[rank1]: step=3 loss=0.5',
      '\u00e9\u00e9',
      '{"a": NaN}\r',
      '',
    ];
    const content = fc.array(fc.constantFrom(...lines), { maxLength: 12 }).map(some => some.join('\n'));
    fc.assert(
      fc.property(
        content,
        fc.array(fc.nat(9), { maxLength: 30 }),
        fc.constantFrom(reports, text),
        (all, pieces, options) => {
          const whole = shown(fold(all, options));
          assert.deepEqual(shown(fold(all, options, pieces)), whole);

          // Broken off and taken up again by another folder, as after the death of a supervisor.
          const bytes = Buffer.from(all);
          const first = new LineFolder(options);
          const points = [...first.push(bytes.subarray(0, pieces[0] ?? 0), 0).points];
          const counts = new Map<string, number>();
          for (const { key, rank } of points)
            counts.set(`${key} ${rank}`, (counts.get(`${key} ${rank}`) ?? 0) + 1);
          const countOf = (key: string, rank: number | undefined): number =>
            counts.get(`${key} ${rank}`) ?? 0;
          const second = new LineFolder({ ...options, offset: first.offset, countOf });
          second.prime(bytes.subarray(0, first.offset));
          points.push(...second.push(bytes.subarray(first.offset), 0).points, ...second.end(0).points);
          assert.deepEqual(shown(points), whole);
        },
      ),
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(reports, text),
        (bytes, options) => void fold(bytes, options),
      ),
    );
  });
});
