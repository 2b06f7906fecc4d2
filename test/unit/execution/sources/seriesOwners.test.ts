import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { RecordedRun } from '../../../../src/execution/recordedRun.ts';
import { MetricSink } from '../../../../src/execution/metricSink.ts';
import { SeriesOwners } from '../../../../src/execution/sources/seriesOwners.ts';
import { readMetricLogs } from '../../../../src/runs/metricLog.ts';
import { runPathsIn } from '../../../../src/runs/runPaths.ts';
import { keysOfOwner, ownerMarkOf, ownerMarkText, toldId } from '../../../../src/runs/seriesOwners.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const tellers = ['mlflow', 'reported', 'stdout'] as const;
const sources = [...tellers, 'a', 'b'] as const;
type Source = (typeof sources)[number];
interface Act {
  readonly source: Source;
  readonly key: string;
}

const actOf = fc.record({ source: fc.constantFrom(...sources), key: fc.constantFrom('loss', 'acc') });

describe('SeriesOwners', () => {
  it('gives a name to the first file that comes, by rank', () => {
    const owners = new SeriesOwners();
    const names = ['loss', 'x/loss'];
    assert.deepEqual(
      [
        owners.claim('a', names, undefined),
        owners.claim('b', names, undefined),
        owners.claim('a', names, undefined),
        owners.claim('b', names, 1),
        owners.isFree('b', 'loss', undefined),
        owners.isFree('b', 'acc', undefined),
      ],
      ['loss', 'x/loss', 'loss', 'loss', false, true],
    );
  });

  it('keeps every source of a metric in one series of its own, whoever comes when, across supervisors', () =>
    fc.assert(
      fc.asyncProperty(
        // Files are read again by their age: of two, neither can take what was the other's.
        fc.array(
          fc.oneof(
            { weight: 6, arbitrary: actOf.filter(({ source }) => source !== 'b') },
            fc.constant('replaced' as const),
          ),
          { maxLength: 14 },
        ),
        async acts => {
          const { series } = await logged(acts, false);
          const places = new Map<string, Set<string>>();
          for (const { key, values } of series)
            for (const value of values) {
              const told = `${sources[Math.floor(value / 1000)] ?? ''} ${Math.floor(value / 500) % 2}`;
              places.set(told, (places.get(told) ?? new Set<string>()).add(key));
            }
          const keys = [...places.values()].flatMap(set => [...set]);
          assert.equal(keys.length, places.size, JSON.stringify([...places].map(([k, v]) => [k, [...v]])));
          assert.equal(new Set(keys).size, keys.length);
          assert.equal(
            series.reduce((sum, { values }) => sum + values.length, 0),
            acts.filter(act => act !== 'replaced').length,
          );
        },
      ),
      { numRuns: 150 },
    ));

  it('calls them the same in whatever order they come, and reads them back as they were told', () =>
    fc.assert(
      fc.asyncProperty(
        fc
          .array(actOf, { maxLength: 10 })
          .chain(acts =>
            fc.tuple(
              fc.constant(acts),
              fc.shuffledSubarray(acts, { minLength: acts.length }),
              fc.array(fc.nat(10), { maxLength: 2 }),
            ),
          ),
        async ([acts, shuffled, replacedAt]) => {
          // Which of two files is the first is decided by their starts.
          const files = acts.filter(({ source }) => source === 'a' || source === 'b');
          const another: (Act | 'replaced')[] = shuffled.map(act =>
            act.source === 'a' || act.source === 'b' ? (files.shift() ?? act) : act,
          );
          for (const place of replacedAt) another.splice(place, 0, 'replaced');
          const [one, two] = [await logged(acts, true), await logged(another, true)];
          assert.deepEqual(two.contents, one.contents);
          assert.deepEqual(two.readBack, one.readBack);
        },
      ),
      { numRuns: 150 },
    ));

  it('writes its marks before the points, again where that failed', () => {
    const owners = new SeriesOwners();
    assert.equal(owners.claim('a', ['loss', 'a/loss'], undefined), 'loss');
    assert.equal(owners.keyOf('mlflow', 'loss', undefined), 'loss');
    assert.throws(() => {
      owners.written(() => {
        throw new Error('full');
      });
    });
    const written: string[] = [];
    const write = (marks: readonly { readonly source: string }[]): void => {
      written.push(...marks.map(({ source }) => source));
    };
    owners.written(write);
    owners.written(write);
    assert.deepEqual(written, ['owner:["loss",null,"mlflow","loss","a/loss","a"]']);
  });
});

describe('ownerMarkText', () => {
  it('is read as it was written, and nothing else is a mark', () => {
    const word = fc.string({ unit: 'binary', maxLength: 8 });
    const moved = fc.option(fc.record({ key: word, owner: word }, { noNullPrototype: true }), {
      nil: undefined,
    });
    fc.assert(
      fc.property(word, fc.option(fc.nat()), word, word, moved, (key, rank, owner, told, to) => {
        const mark = { key, rank, owner, told, moved: to };
        assert.deepEqual(ownerMarkOf(ownerMarkText(mark)), mark);
      }),
    );
    fc.assert(
      fc.property(fc.string(), text => {
        ownerMarkOf(`owner:${text}`);
        assert.equal(ownerMarkOf(`file:${text}`), undefined);
      }),
    );
  });

  it('tells what the metrics of an owner are called now', () => {
    const marks = [
      { key: 'loss', rank: null, owner: 'stdout', told: 'loss' },
      { key: 'loss', rank: 1, owner: 'stdout', told: 'loss' },
      {
        ...{ key: 'loss', rank: null, owner: 'mlflow', told: 'loss' },
        moved: { key: 'stdout/loss', owner: 'stdout' },
      },
    ];
    const keys = keysOfOwner('stdout', ['stdout', ...marks.map(ownerMarkText)]);
    assert.deepEqual(
      [keys.get(toldId('loss', null)), keys.get(toldId('loss', 1)), keys.get(toldId('acc', null))],
      ['stdout/loss', 'loss', undefined],
    );
  });
});

/** Values tell the source and the metric. @param again A new supervisor reads the files before anything else comes. */
async function logged(acts: readonly (Act | 'replaced')[], again: boolean) {
  await using folder = await temporaryFolder();
  const open = (): RecordedRun =>
    new RecordedRun({
      ...{ id: 'x', paths: runPathsIn(folder.path) },
      sink: new MetricSink(join(folder.path, 'metrics.bin')),
      changed: () => undefined,
      makeRoom: () => undefined,
    });
  let run = open();
  const past: Act[] = [];
  const claim = ({ source, key }: Act): string =>
    run.owners.claim(source, [key, `${source}/${key}`], undefined);
  let step = 0;
  for (const act of acts) {
    if (act === 'replaced') {
      run.release();
      run = open();
      if (again) past.forEach(claim);
      continue;
    }
    const { source, key } = act;
    const value = sources.indexOf(source) * 1000 + (key === 'loss' ? 0 : 500);
    const point = { key, step: step++, time: 1, value };
    const teller = tellers.find(one => one === source);
    if (teller === undefined) {
      past.push(act);
      run.points([{ ...point, key: claim(act) }]);
    } else run.points(run.named(teller, [point]));
  }
  const { series } = await readMetricLogs(folder.path);
  const contents = series.map(({ key, values }) => `${key}: ${values.join(' ')}`).sort();
  const readBack = series.flatMap(({ key }) => run.owners.toldBy('mlflow', key, undefined) ?? []).sort();
  run.sink.close();
  return { series, contents, readBack };
}
