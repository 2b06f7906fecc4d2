import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  blankFields,
  differOnlyInFields,
} from '../../../../src/reproduction/comparison/fields/differOnlyInFields.ts';
import { VolatileFields } from '../../../../src/reproduction/comparison/fields/volatileField.ts';
import { noVolatilePatterns } from '../../../../src/reproduction/comparison/volatileNames.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

async function onlyDifference(
  path: string,
  first: string | Buffer,
  second: string | Buffer,
  metrics: readonly string[] = [],
): Promise<string | undefined> {
  await using folder = await temporaryFolder();
  const files = { before: join(folder.path, 'before'), now: join(folder.path, 'now') };
  await Promise.all([writeFile(files.before, first), writeFile(files.now, second)]);
  return await differOnlyInFields(path, files, {
    volatile: { metrics, outputs: [] },
    asRecorded: text => text.replaceAll('/cache/checkout', '/home/me/project'),
  });
}

const at = '2026-11-23T17:31:02.123456';
const later = '2026-11-24T08:00:00.5';

describe('two files of results', () => {
  const rows: readonly [
    title: string,
    path: string,
    first: string,
    second: string,
    only: string | undefined,
  ][] = [
    [
      'of Ultralytics',
      'results.csv',
      'epoch,time,loss\n1,0.05,1\n2,0.1,0.5\n',
      'epoch,time,loss\n1,0.06,1\n2,0.123,0.5\n',
      'elapsed time (time)',
    ],
    [
      'of Ultralytics with another loss',
      'results.csv',
      'epoch,time,loss\n1,0.05,1\n',
      'epoch,time,loss\n1,0.06,1.0\n',
      undefined,
    ],
    [
      'of Hugging Face',
      'all_results.json',
      '{\n "epoch": 1.0,\n "train_loss": 0.4,\n "train_runtime": 1.5,\n "train_samples_per_second": 6.6}',
      '{\n "epoch": 1.0,\n "train_loss": 0.4,\n "train_runtime": 2,\n "train_samples_per_second": 5e0}',
      'elapsed time (train_runtime) and throughput (train_samples_per_second)',
    ],
    [
      'with a list of what was logged',
      'trainer_state.json',
      '{"log_history":[{"loss":0.5},{"train_runtime":1}],"times":[1,2]}',
      '{"log_history":[{"loss":0.5},{"train_runtime":2}],"times":[1,2]}',
      'elapsed time (train_runtime)',
    ],
    [
      'with numbers that are written otherwise',
      'm.json',
      '{"loss":0.5,"time":1}',
      '{"loss":0.50,"time":2}',
      undefined,
    ],
    ['with another time and a field more', 'm.json', '{"time":1}', '{"time":2,"f1":1}', undefined],
    ['with a time that became a text', 'm.json', '{"time":1}', '{"time":"none"}', undefined],
    [
      'with a time of writing',
      'm.json',
      `{"acc": 0.9, "timestamp": "${at}", "created_at": 1763919062.1}`,
      `{"acc": 0.9, "timestamp": "${later}", "created_at": 1763929062}`,
      'timestamp (timestamp, created_at)',
    ],
    ['with two days of data', 'm.csv', 'date,y\n2026-01-01,1\n', 'date,y\n2026-01-02,1\n', undefined],
    ['with text of that name', 'm.json', '{"time":"day"}', '{"time":"night"}', undefined],
    ['with a moment under another name', 'm.json', `{"id":"${at}"}`, `{"id":"${later}"}`, undefined],
    [
      'of lines',
      'm.jsonl',
      '{"time":1,"a":1}\n{"time":2}\n',
      '{"time":3,"a":1}\n{"time":4}\n',
      'elapsed time (time)',
    ],
    [
      'with statistics of a time',
      'm.json',
      '{"step_time":{"mean":1}}',
      '{"step_time":{"mean":2}}',
      'elapsed time (step_time/mean)',
    ],
    [
      'with a part that is called by a time',
      'm.json',
      '{"runtime":{"lr":1}}',
      '{"runtime":{"lr":2}}',
      undefined,
    ],
    [
      'with weights of a time embedding',
      'm.json',
      '{"time_embedding":[1,2]}',
      '{"time_embedding":[1,3]}',
      undefined,
    ],
    ['with what a model says of time', 'm.csv', 'predicted_time\n1\n', 'predicted_time\n2\n', undefined],
    [
      'in quotes',
      'm.tsv',
      'name\ttime\n"a\t""b"\t"1.5"\n',
      'name\ttime\n"a\t""b"\t"2"\n',
      'elapsed time (time)',
    ],
    ['in columns without names', 'm.csv', '1,2\n3,4\n', '1,2\n3,5\n', undefined],
    [
      'of YAML',
      'm.yaml',
      'loss: 0.5\nfit:\n  - train_time: 0:01:23.4\n    acc: 1\n',
      'loss: 0.5\nfit:\n  - train_time: 0:02:00\n    acc: 1\n',
      'elapsed time (train_time)',
    ],
    ['of YAML with another loss', 'm.yml', 'loss: 0.5\ntime: 1\n', 'loss: 0.6\ntime: 2\n', undefined],
    [
      'that name their own place',
      'state.json',
      '{"best":"/home/me/project/ck/1","time":1}',
      '{"best":"/cache/checkout/ck/1","time":2}',
      'elapsed time (time) and the path of the checkout',
    ],
    [
      'of plain text that name it',
      'x.txt',
      'in /home/me/project/a',
      'in /cache/checkout/a',
      'the path of the checkout',
    ],
    ['that name another place', 'x.json', '{"a":"/home/me/other"}', '{"a":"/cache/checkout"}', undefined],
    ['of a format that nobody knows', 'x.txt', 'time: 1', 'time: 2', undefined],
    ['that are broken off', 'x.json', '{"time": 1', '{"time": 2', undefined],
  ];
  for (const [title, path, first, second, only] of rows)
    it(`${title} differ ${only === undefined ? 'in what counts' : `only in ${only}`}`, async () => {
      assert.equal(await onlyDifference(path, first, second), only);
    });

  it('go by the patterns of lockstep.yaml', async () => {
    const [first, second] = ['{"epoch_time":1,"luck":1}', '{"epoch_time":1,"luck":2}'];
    assert.equal(await onlyDifference('m.json', first, second, ['luck']), 'matches luck (luck)');
    assert.equal(
      await onlyDifference('m.json', '{"epoch_time":1}', '{"epoch_time":2}', ['!epoch_time']),
      undefined,
    );
    assert.equal(
      await onlyDifference('m.json', `{"created":"${at}"}`, `{"created":"${later}"}`, ['!created']),
      undefined,
    );
  });

  it('are not looked into where they are no text', async () => {
    const bytes = (last: number): Buffer => Buffer.from([0x7b, 0xff, last]);
    assert.equal(await onlyDifference('m.json', bytes(1), bytes(2)), undefined);
  });

  it('that differ in nothing volatile are never taken for the same', () => {
    const names = new VolatileFields(noVolatilePatterns);
    const counted = fc.dictionary(
      fc.constantFrom('loss', 'acc', 'time_embedding', 'id', 'name'),
      fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.array(fc.integer())),
    );
    fc.assert(
      fc.property(counted, counted, fc.double(), (first, second, time) => {
        const text = (value: object): string => JSON.stringify({ ...value, time });
        const [a, b] = [first, second].map(value => blankFields('m.json', text(value), names)?.text);
        assert.ok(a !== undefined && b !== undefined);
        assert.equal(a === b, JSON.stringify(first) === JSON.stringify(second));
      }),
    );
  });

  it('may be any text', () => {
    const names = new VolatileFields(noVolatilePatterns);
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      'time',
      ':',
      ',',
      '1',
      '\n',
      '\t',
      ' ',
      '\\',
      '- ',
      'x',
    );
    const format = fc.constantFrom('a.json', 'a.csv', 'a.tsv', 'a.yaml');
    fc.assert(
      fc.property(format, fc.array(fc.oneof(pieces, fc.string()), { maxLength: 60 }), (path, parts) => {
        blankFields(path, parts.join(''), names);
      }),
    );
  });
});
