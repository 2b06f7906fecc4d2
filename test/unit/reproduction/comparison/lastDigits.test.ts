import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { lastDigits } from '../../../../src/reproduction/comparison/lastDigits.ts';
import type { LastDigits, LoggedRun } from '../../../../src/reproduction/comparison/lastDigits.ts';

const base = 2n ** 60n;

describe('last digits of large whole numbers', () => {
  const folder = join(tmpdir(), `lockstep digits ${process.pid}`);
  let count = 0;

  async function logged(
    lines: readonly string[],
    series: Readonly<Record<string, readonly (bigint | number)[]>>,
  ): Promise<LoggedRun> {
    count += 1;
    await mkdir(folder, { recursive: true });
    const stdout = join(folder, `${count}.log`);
    await writeFile(stdout, lines.join('\n'));
    return {
      paths: { stdout, childMetrics: join(folder, 'none.jsonl') },
      series: Object.entries(series).map(([key, values]) => ({
        ...{ key, rank: null },
        steps: Float64Array.from(values.keys()),
        values: Float64Array.from(values, Number),
      })),
    };
  }

  const counts = (values: readonly bigint[]): Promise<LoggedRun> =>
    logged(
      values.map(value => `{"step": 1, "c": ${value}, "d": 0.5}`),
      { c: values },
    );

  const found = async (...runs: Parameters<typeof lastDigits>): Promise<Record<string, LastDigits>> =>
    Object.fromEntries(await lastDigits(...runs));

  after(() => rm(folder, { recursive: true, force: true }));

  it('are equal, or differ first at a step', async () => {
    const run = await counts([base, base + 1n]);
    assert.deepEqual(await found(run, await counts([base, base + 1n])), { c: 'equal' });
    const other = await counts([base, base + 2n]);
    assert.deepEqual(await found(run, other), {
      c: { step: 1, original: String(base + 1n), now: String(base + 2n) },
    });
    assert.deepEqual(await found(run, other, 0), { c: 'equal' });
  });

  it('are not looked for in small numbers, and not known of what the log does not have', async () => {
    const small = await counts([1n, 2n]);
    assert.deepEqual(await found(small, small), {});
    const printed = await logged(['c: 1'], { c: [base] });
    assert.deepEqual(await found(printed, printed), {});
    const twice = await logged([`{"c": ${base}}`, `{"c": ${base}}`], { c: [base] });
    assert.deepEqual(await found(twice, twice), {}, 'more lines than points');
    const nested = await logged([`{"a": {"c": ${base}}, "b": {"c": ${base}}}`], {
      'a/c': [base],
      'b/c': [base],
    });
    assert.deepEqual(await found(nested, nested), {}, 'two metrics of one name');
  });

  it('of doubles are what is written', async () => {
    const flops = await logged(['{"total_flos": 1.2e+18}'], { total_flos: [1.2e18] });
    assert.deepEqual(await found(flops, flops), { total_flos: 'equal' });
  });

  it('tell any two numbers apart, whatever their doubles are', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.bigInt({ min: base, max: base * 4n }), fc.bigInt({ min: 0n, max: 1n })), {
          minLength: 1,
          maxLength: 5,
        }),
        async pairs => {
          const [one, other] = [pairs.map(([value]) => value), pairs.map(([value, by]) => value + by)];
          const same = pairs.every(([, by]) => by === 0n);
          const { c } = await found(await counts(one), await counts(other));
          assert.equal(c === 'equal', same);
        },
      ),
      { numRuns: 25 },
    ));
});
