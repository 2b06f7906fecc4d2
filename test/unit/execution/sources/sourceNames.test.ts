import assert from 'node:assert/strict';
import { sourceKey, SourceNames } from '../../../../src/execution/sources/sourceNames.ts';
import type { SourceKind } from '../../../../src/tracking/detectSource.ts';

describe('SourceNames', () => {
  const cases: readonly (readonly [name: string, kind: SourceKind, prefixes: readonly string[]])[] = [
    ['history.csv', 'table', ['', 'history']],
    ['logs/val_log.csv', 'table', ['', 'val_log', 'logs/val_log']],
    [
      'lightning_logs/version_1/metrics.csv',
      'lightning',
      ['', 'version_1/metrics', 'lightning_logs/version_1/metrics'],
    ],
    ['out/run.2.jsonl', 'named-jsonl', ['', 'run.2', 'out/run.2']],
    ['dvclive/plots/metrics/train/loss.tsv', 'dvclive-metric', ['', 'dvclive']],
    ['trackio/inbox/w/1.jsonl', 'trackio', ['', 'trackio']],
  ];
  for (const [name, kind, prefixes] of cases)
    it(`offers ${JSON.stringify(prefixes)} for ${name}`, () => {
      assert.deepEqual(new SourceNames().nameOf(`/p/${name}`, name, kind, false).prefixes, prefixes);
    });

  it('leaves it to the person who chose a name', () => {
    assert.deepEqual(new SourceNames().nameOf('/p/a.csv', 'a.csv', 'named-csv', true).prefixes, ['']);
  });

  it('names event files by their folders, one owner for all files of one', () => {
    const names = new SourceNames();
    const keyOf = (name: string): string => {
      return sourceKey(names.nameOf(`/p/${name}`, name, 'tfevents', false), '', 'loss');
    };
    assert.deepEqual(
      ['tb/a/x.tfevents.1', 'tb/a/y.tfevents.2', 'tb/b/x.tfevents.1', 'tb/a/loss_mean/x.tfevents'].map(keyOf),
      ['loss', 'loss', 'b/loss', 'loss/mean'],
    );
    const ownerOf = (name: string): string => names.nameOf(`/p/${name}`, name, 'tfevents', false).owner;
    assert.equal(ownerOf('tb/a/x.tfevents.1'), ownerOf('tb/a/y.tfevents.2'));
    assert.notEqual(ownerOf('tb/a/x.tfevents.1'), ownerOf('tb/b/x.tfevents.1'));
  });
});
