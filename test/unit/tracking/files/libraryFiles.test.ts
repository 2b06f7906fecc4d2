import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { readerFor } from '../../../../src/tracking/detectSource.ts';
import { ImageReader } from '../../../../src/tracking/files/imageReader.ts';
import { ParametersReader } from '../../../../src/tracking/files/parametersReader.ts';
import type { AppendedReader, RewrittenReader } from '../../../../src/tracking/sourceReader.ts';
import { pointText, readInPieces, readWhole } from '../../../helpers/readSource.ts';

/** Written by lightning 2.6.6, dvclive 3.49.1 and trackio 0.43.0. */
const fixtures = fileURLToPath(new URL('../../../fixtures/sources/', import.meta.url));

function fixture(path: string): Buffer {
  return readFileSync(join(fixtures, path));
}

function rewritten(path: string, head: Uint8Array): RewrittenReader {
  const found = readerFor(path, head, { beside: name => existsSync(join(dirname(path), name)) });
  assert.equal(found?.form, 'rewritten');
  return found.reader;
}

function appended(path: string, head: Uint8Array): AppendedReader {
  const found = readerFor(path, head);
  assert.equal(found?.form, 'appended');
  return found.reader;
}

describe('Lightning writes metrics.csv anew with every new column', () => {
  const contents = ['1.csv', '2.csv', '3.csv'].map(name => fixture(`lightning/${name}`));
  const path = '/w/a b/lightning_logs/version_0/metrics.csv';
  const last = contents.at(-1) ?? Buffer.alloc(0);

  it('and each row is told once', () => {
    const reader = rewritten(path, contents[0] ?? Buffer.alloc(0));
    assert.deepEqual(
      contents.map(content => pointText(reader.read(content, 0))),
      [
        'epoch@49=0 train_loss@49=0.9 epoch@99=0 train_loss@99=0.8',
        'epoch@99=0 val_acc@99=0.5 val_loss@99=0.75',
        'epoch@149=1 train_loss@149=NaN lr-Adam, "x"@149=0.00001 epoch@199=1 val_acc@199=1 val_loss@199=Infinity',
      ],
    );
  });

  it('and who reads only the last file has the same points in the same order', () => {
    const reader = rewritten(path, last);
    const together = contents.map(content => pointText(reader.read(content, 0))).join(' ');
    assert.equal(pointText(readWhole(rewritten(path, last), last)), together);
  });

  it('and whoever looks while it writes sees no row twice', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(200)), { maxLength: 10 }), looks => {
        const reader = rewritten(path, last);
        // Files only follow each other; each may be seen half written.
        const states = [...looks]
          .sort(([a], [b]) => a - b)
          .map(([at, cut]) => contents[at]?.subarray(0, cut));
        const told = [...states, last].map(content => pointText(reader.read(content ?? last, 0)));
        assert.equal(
          told.filter(text => text !== '').join(' '),
          pointText(readWhole(rewritten(path, last), last)),
        );
      }),
    );
  });
});

describe('DVCLive', () => {
  const folder = join(fixtures, 'dvclive', 'first');
  const at = (path: string, run = 'first'): { path: string; content: Buffer } => ({
    path: join(fixtures, 'dvclive', run, path),
    content: fixture(`dvclive/${run}/${path}`),
  });

  it('has one table a metric, nested names by folders', () => {
    const read = (name: string): string => {
      const { path, content } = at(`plots/metrics/${name}.tsv`);
      return pointText(readWhole(rewritten(path, content), content));
    };
    assert.equal(read('train/loss'), 'train/loss@0=1 train/loss@1=0.5 train/loss@2=0.3333333333333333');
    assert.equal(read('acc'), 'acc@0=0 acc@1=0.1 acc@2=0.2');
    assert.equal(read('odd'), 'odd@1=NaN');
    assert.equal(read('odd2'), 'odd2@1=Infinity');
    assert.equal(read('txt'), '');
  });

  it('has moments where the program asks for them', () => {
    const { path, content } = at('plots/metrics/acc.tsv');
    assert.deepEqual(
      readWhole(rewritten(path, content), content).points.map(point => point.time),
      [1795372125356, 1795372125402, 1795372125419],
    );
  });

  it('has values without a table in metrics.json, and only those are taken from there', () => {
    const { path, content } = at('metrics.json');
    const reader = readerFor(path, content, { beside: name => existsSync(join(folder, name)) });
    assert.equal(reader?.form, 'rewritten');
    const told = reader.reader.read(content, 0);
    assert.equal(pointText(told), 'hidden@2=4 best@2=0.9');
    assert.equal(told.before, 0);
    assert.equal(pointText(reader.reader.read(content, 0)), '');
    assert.equal(pointText(reader.reader.read(content.subarray(0, 50), 0)), '');
  });

  it('has parameters, told once', () => {
    const { content } = at('params.yaml');
    const reader = rewritten('/w/dvclive/params.yaml', content);
    assert.deepEqual(readWhole(reader, content).parameters, { lr: 0.1, 'opt.name': 'adam', layers: '[1,2]' });
    assert.deepEqual(readWhole(reader, content).parameters, {});
    const more = Buffer.concat([content, Buffer.from('seed: 3\n')]);
    assert.deepEqual(readWhole(reader, more).parameters, { seed: 3 });
  });

  it('cleans its folder when it starts again: what it then writes is new, nothing else', () => {
    const [first, second] = ['first', 'second'].map(run => at('plots/metrics/train/loss.tsv', run).content);
    assert.ok(first !== undefined && second !== undefined);
    const reader = rewritten(at('plots/metrics/train/loss.tsv').path, first);
    assert.equal(reader.read(first, 0).points.length, 3);
    assert.equal(reader.read(Buffer.alloc(0), 0).points.length, 0);
    const again = reader.read(second, 0);
    assert.equal(pointText(again), 'train/loss@0=3 train/loss@1=1.5');
    assert.equal(again.before, 0);
  });

  it('renews its images: each whole one is a step', () => {
    const { path, content } = at('plots/images/sample.png');
    const reader = rewritten(path, content);
    assert.deepEqual(reader.read(content.subarray(0, 60), 5).media, []);
    const [piece] = reader.read(content, 5).media;
    assert.deepEqual(
      [piece?.kind, piece?.key, piece?.step, piece?.time, piece?.mediaType],
      ['image', 'sample', 0, 5, 'image/png'],
    );
    assert.deepEqual(Buffer.from(piece?.bytes ?? []), content);
    assert.deepEqual(reader.read(content, 6).media, []);
    const other = at('plots/images/sample.png', 'second').content;
    const changed = Buffer.concat([content.subarray(0, 30), other]);
    assert.equal(reader.read(changed, 6).media[0]?.step, 1);
    const stepped = rewritten('/w/dvclive/plots/images/val/grid/12.png', content).read(content, 0).media[0];
    assert.deepEqual([stepped?.key, stepped?.step], ['val/grid', 12]);
    const large = new ImageReader('x', 'image/png', 0);
    const huge = new Uint8Array(33 * 1024 * 1024);
    assert.equal(large.read(huge, 0).problems.length, 1);
    assert.equal(large.read(huge, 0).problems.length, 0);
  });
});

describe('trackio', () => {
  const content = fixture('trackio/00000000.jsonl');
  const path = '/h/.cache/huggingface/trackio/inbox/c45f6e36429f4404/00000000.jsonl';
  const told = readInPieces(appended(path, content), content);

  it('writes fragments with all that a process logged', () => {
    assert.equal(
      pointText(told),
      [
        'loss@0=1 train/acc@0=0 nest/a@0=0 loss@1=0.5 train/acc@1=0.1 nest/a@1=1',
        'loss@2=0.3333333333333333 train/acc@2=0.2 nest/a@2=2 loss@3=0.25 train/acc@3=0.30000000000000004 nest/a@3=3',
        'loss@4=0.2 train/acc@4=0.4 nest/a@4=4 nanv@10=NaN inf@10=Infinity',
      ].join(' '),
    );
    assert.deepEqual(told.parameters, { lr: 0.1, 'opt.name': 'adam' });
    assert.equal(told.name, 'r1');
    assert.equal(told.points[0]?.time, Date.parse('2026-11-22T18:12:25.155Z'));
    assert.deepEqual(
      told.media.map(({ kind, key, step, file }) => [kind, key, step, file]),
      [['image', 'img', 11, 'proj/r1/11/48070a21-fe82-4a46-83dd-cc462be52d57.png']],
    );
    assert.equal(readerFor(path, content)?.mediaFolder, '/h/.cache/huggingface/trackio/media');
  });

  it('tells the same however they come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(content.length), { maxLength: 20 }), cuts => {
        assert.deepEqual(readInPieces(appended(path, content), content, cuts).points, told.points);
      }),
    );
  });

  it('has histograms, tables and values of the machine', () => {
    const line = (record: object): string =>
      `${JSON.stringify({ v: 1, project: 'p', run: 'r', ...record })}\n`;
    const text = [
      line({
        kind: 'metric',
        step: 3,
        metrics: { h: { _type: 'trackio.histogram', bins: [0, 1, 3], values: [4, 5] } },
      }),
      line({ kind: 'metric', step: 3, metrics: { t: { _type: 'trackio.table', _value: [{ a: 1 }] } } }),
      line({ kind: 'metric', step: 3, metrics: { v: { _type: 'trackio.video', file_path: '../../x.mp4' } } }),
      line({ kind: 'system_metric', metrics: { 'gpu/util': 50 }, timestamp: '2026-01-01T00:00:00+00:00' }),
      line({ kind: 'alert', title: 'x' }),
      'not JSON\n',
    ].join('');
    const found = readInPieces(appended(path, content), Buffer.from(text));
    assert.equal(pointText(found), 'gpu/util@0=50');
    assert.deepEqual(
      found.media.map(piece => [
        piece.kind,
        piece.histogram?.ends,
        Buffer.from(piece.bytes ?? []).toString(),
      ]),
      [
        ['histogram', [1, 3], ''],
        ['table', undefined, '[{"a":1}]'],
      ],
    );
    assert.deepEqual(found.problems, ['a record cannot be read: it was left out']);
  });
});

describe('Hugging Face writes trainer_state.json with each checkpoint', () => {
  const entry = (step: number, more: object): object => ({ epoch: step / 10, step, ...more });
  const history = [
    entry(5, { loss: 2.4291, grad_norm: 3.034, learning_rate: 4.6875e-5 }),
    entry(10, { loss: 1.5, grad_norm: Number.NaN, learning_rate: 1e-5 }),
    entry(10, { eval_loss: 1.25, eval_runtime: 0.5 }),
    entry(15, { loss: 1.25 }),
    entry(20, { train_loss: 1.75, total_flos: 12 }),
  ];
  const state = (entries: readonly object[], more: object = {}): Buffer =>
    Buffer.from(
      `${JSON.stringify({ best_metric: null, global_step: 10, log_history: entries, trial_name: null, ...more }, null, 2).replaceAll('"grad_norm": null', '"grad_norm": NaN')}\n`,
    );
  const path = '/w/out/checkpoint-10/trainer_state.json';
  const reader = (): RewrittenReader => rewritten(path, Buffer.from('{'));

  it('and every value is told once, in full precision', () => {
    const one = reader();
    assert.equal(
      pointText(one.read(state(history.slice(0, 3)), 0)),
      'epoch@5=0.5 loss@5=2.4291 grad_norm@5=3.034 learning_rate@5=0.000046875 epoch@10=1 loss@10=1.5 ' +
        'grad_norm@10=NaN learning_rate@10=0.00001 epoch@10=1 eval_loss@10=1.25 eval_runtime@10=0.5',
    );
    const later = one.read(state(history), 0);
    assert.equal(
      pointText(later),
      'epoch@15=1.5 loss@15=1.25 epoch@20=2 train_loss@20=1.75 total_flos@20=12',
    );
    assert.equal(later.before, 11);
    assert.equal(pointText(one.read(state(history.slice(0, 3)), 0)), '');
    assert.equal(pointText(one.read(state(history), 0)), '');
  });

  it('and a training that went back to an earlier checkpoint goes on from there', () => {
    const one = reader();
    one.read(state(history), 0);
    const again = one.read(state([...history.slice(0, 3), entry(15, { loss: 1.5 })]), 0);
    assert.equal(pointText(again), 'epoch@15=1.5 loss@15=1.5');
    assert.equal(again.before, 11);
  });

  it('and says which is the best', () => {
    const one = reader();
    const best = { best_metric: 1.25, best_model_checkpoint: 'out/checkpoint-10', best_global_step: 10 };
    assert.deepEqual(one.read(state(history, best), 0).tags, {
      best_metric: '1.25',
      best_global_step: '10',
      best_model_checkpoint: 'out/checkpoint-10',
    });
    assert.deepEqual(one.read(state(history, best), 0).tags, {});
    assert.deepEqual(one.read(state(history, { ...best, best_metric: 9, global_step: 5 }), 0).tags, {});
  });

  it('and half of it says nothing, nor does anything else', () => {
    const whole = state(history);
    fc.assert(
      fc.property(fc.nat(whole.length - 2), fc.uint8Array({ maxLength: 40 }), (cut, bytes) => {
        assert.equal(pointText(reader().read(whole.subarray(0, cut), 0)), '');
        reader().read(Buffer.concat([whole.subarray(0, cut), bytes, whole.subarray(cut)]), 0);
      }),
    );
    for (const text of ['[]', '{"log_history": 3}', '{"log_history": [1, null, {"step": "x"}, {"loss": 1}]}'])
      assert.equal(pointText(reader().read(Buffer.from(text), 0)), '');
  });
});

describe('files of the real writers with any damage', () => {
  const files: readonly [path: string, fixture: string][] = [
    ['/w/lightning_logs/version_0/metrics.csv', 'lightning/3.csv'],
    ['/w/dvclive/plots/metrics/train/loss.tsv', 'dvclive/first/plots/metrics/train/loss.tsv'],
    ['/w/dvclive/plots/images/sample.png', 'dvclive/first/plots/images/sample.png'],
    ['/w/dvclive/metrics.json', 'dvclive/first/metrics.json'],
    ['/w/dvclive/params.yaml', 'dvclive/first/params.yaml'],
    ['/h/trackio/inbox/c45f/00000000.jsonl', 'trackio/00000000.jsonl'],
  ];
  for (const [path, name] of files)
    it(`${name} end in values and problems`, () => {
      const whole = fixture(name);
      const flip = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
      fc.assert(
        fc.property(
          fc.array(flip, { maxLength: 6 }),
          fc.nat(whole.length),
          fc.uint8Array({ maxLength: 20 }),
          (flips, cut, inserted) => {
            const bytes = Buffer.from(whole);
            for (const [at, byte] of flips) bytes[at] = byte;
            const mixed = Buffer.concat([bytes.subarray(0, cut), inserted, bytes.subarray(cut)]);
            readerFor(path, mixed);
            const found = readerFor(path, whole);
            assert.ok(found !== undefined && found.form !== 'database');
            if (found.form === 'appended') readInPieces(found.reader, mixed, [cut]);
            else
              for (const content of [whole, bytes.subarray(0, cut), mixed, whole])
                readWhole(found.reader, content, true);
          },
        ),
      );
    });
});

describe('parameters in YAML', () => {
  const read = (text: string): unknown => {
    const { parameters, problems } = new ParametersReader().read(Buffer.from(text));
    return problems.length > 0 ? problems : parameters;
  };
  const rows: readonly [name: string, text: string, expected: unknown][] = [
    [
      'nested',
      'model:\n  lr: 1.0e-03\n  layers: [1, 2]\nseed: null\n',
      { 'model.lr': 0.001, 'model.layers': '[1,2]', seed: null },
    ],
    [
      'objects of Python',
      'path: !!python/object/apply:pathlib.PosixPath\n- /\n- data\nshape: !!python/tuple\n- 3\n- 4\n',
      { path: '["/","data"]', shape: '[3,4]' },
    ],
    ['secrets', 'hub_token: abcdefgh\nlr: 1\n', { hub_token: '<secret>', lr: 1 }],
    ['names that are special', '__proto__:\n  x: 1\nconstructor: 2\n', { constructor: 2 }],
    ['what is not finite', 'a: .nan\nb: -.inf\n', { a: 'NaN', b: '-Infinity' }],
    ['the same name twice', 'a: 1\na: 2\n', { a: 2 }],
    ['nothing', '', {}],
    ['a list', '- 1\n', {}],
  ];
  for (const [name, text, expected] of rows) it(name, () => assert.deepEqual(read(text), expected));

  it('that would blow up are told, not read', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let i = 0; i < 12; i++) {
      const name = String.fromCharCode(98 + i);
      const before = String.fromCharCode(97 + i);
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`);
    }
    assert.match(String(read(bomb.join('\n'))), /^the parameters cannot be read: /);
    assert.deepEqual(read(`a: ${'x'.repeat(300_000)}`), [
      'the file is larger than 64 KiB: its parameters are left out',
    ]);
    for (const deep of ['['.repeat(50_000), `a: ${'{b: '.repeat(10_000)}`, '- '.repeat(20_000)])
      assert.deepEqual(read(deep), ['the parameters are nested too deep: they are left out']);
    assert.match(String(read('? '.repeat(20_000))), /^the parameters cannot be read: /);
    assert.match(String(read('a: [1\nb: 2')), /^the parameters cannot be read: /);
  });

  it('anything at all', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), text => void read(text)));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', ':', ' ', '\n', '-', '[', '{', '&x', '*x', '!!', '|', '"'), {
          maxLength: 40,
        }),
        parts => void read(parts.join('')),
      ),
    );
  });
});
