import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RetoldPoints } from '../../../../src/execution/sources/retoldPoints.ts';
import type { MetricPoint } from '../../../../src/runs/metricSeries.ts';
import { FollowedRun } from '../../../helpers/followedRun.ts';
import { waitFor } from '../../../helpers/waitFor.ts';

const number = fc.constantFrom(0, -0, 1, 2, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
const pointOf = fc.record({
  key: fc.constantFrom('a', 'b'),
  rank: fc.constantFrom(0, 1),
  step: number,
  value: number,
});
const idOf = ({ key, rank, step, value }: Omit<MetricPoint, 'time'>): string =>
  [key, rank, ...[step, value].map(one => (Object.is(one, -0) ? '-0' : String(one)))].join(' ');

describe('RetoldPoints', () => {
  it('knows each point as often as it is in the log, or more while others of its series are left', () =>
    fc.assert(
      fc.property(fc.array(pointOf), fc.array(pointOf), (logged, told) => {
        const series = ['a', 'b'].flatMap(key =>
          [0, 1].map(rank => {
            const own = logged.filter(one => one.key === key && one.rank === rank);
            const column = (of: (one: (typeof own)[number]) => number): Float64Array =>
              Float64Array.from(own, of);
            return {
              ...{ key, rank, times: column(() => 0) },
              ...{ steps: column(({ step }) => step), values: column(({ value }) => value) },
            };
          }),
        );
        const retold = new RetoldPoints(series);
        const ids = new Set(logged.map(idOf));
        const matched = new Map<string, number>();
        for (const point of told) {
          const line = `${point.key} ${point.rank}`;
          const all = logged.filter(({ key, rank }) => `${key} ${rank}` === line).length;
          const wanted = ids.has(idOf(point)) && (matched.get(line) ?? 0) < all;
          if (wanted) matched.set(line, (matched.get(line) ?? 0) + 1);
          assert.equal(retold.has({ ...point, time: 1 }), wanted);
        }
      }),
    ));

  it('keeps a long source that is begun anew single, across supervisors', async function () {
    this.timeout(180_000);
    await using run = await FollowedRun.open();
    const options = { rules: { files: [{ path: 'log.jsonl' }], patterns: [] } };
    const count = 120_000;
    const lines = Array.from({ length: count }, (_, step) => `{"step":${step},"loss":${step % 7}}\n`);
    const until = async (first: number, length: number): Promise<void> => {
      await waitFor(
        `${length} points`,
        async () => {
          const all = await run.series();
          return all.length === 1 && all[0]?.steps.length === length && all[0].steps.includes(first);
        },
        { deadlineMs: 60_000, describe: async () => String((await run.series())[0]?.steps.length) },
      );
    };
    run.follow(options);
    run.write('log.jsonl', lines.join(''));
    await until(0, count);
    run.replace('log.jsonl', `{"step":-1,"loss":9}\n${lines.slice(0, count / 2).join('')}`);
    await until(-1, count + 1);
    run.follow(options);
    run.append('log.jsonl', `${lines.slice(count / 2).join('')}{"step":-2,"loss":9}\n`);
    await until(-2, count + 2);
    run.replace('log.jsonl', `{"step":-3,"loss":9}\n${lines.join('')}`);
    await until(-3, count + 3);
    await run.finish();
    assert.equal((await run.series())[0]?.steps.length, count + 3);
  });
});
