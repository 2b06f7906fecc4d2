/** Of a run without an end, or without anything that counts, no verdict is promised. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { undecidable, type UndecidableQuestion } from '../../../../src/reproduction/forecast/undecidable.ts';
import { runPathsIn } from '../../../../src/runs/runPaths.ts';
import { originalId, plan, result } from '../recordedRun.ts';

const summary = { last: 0.5, lastStep: 40, min: 0.5, max: 1, count: 41 };
const loss = { metrics: { loss: summary } };
const volatile = { metrics: [], outputs: [] };
const output = (path: string): Parameters<typeof result>[0] => ({ outputs: [{ path, how: 'seen' }] });

describe('a verdict is promised only of what can be compared', () => {
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lockstep undecidable '));
  });
  after(() => rm(dir, { recursive: true }));

  async function ask(
    change: Partial<UndecidableQuestion['original']>,
    options: UndecidableQuestion['options'] = {},
  ): Promise<string | undefined> {
    const original = { id: originalId, dir, plan: plan(), requests: [], stillRunning: false, ...change };
    return undecidable({ original, options, volatile });
  }

  const offer = new RegExp(`--steps 40$`);
  const table: readonly [
    string,
    Partial<UndecidableQuestion['original']>,
    UndecidableQuestion['options'],
    RegExp | undefined,
  ][] = [
    ['metrics and an end', { result: result(loss) }, {}, undefined],
    ['an output and an end', { result: result(output('model.json')) }, {}, undefined],
    ['a failure is a result', { result: result({ state: 'failed', exitCode: 1 }) }, {}, undefined],
    [
      'metrics of child runs',
      { result: result(), reported: { childRuns: 2, artifacts: [], models: [] } as never },
      {},
      undefined,
    ],
    ['neither', { result: result() }, {}, /no metric and no output that counts/],
    [
      'only what is volatile',
      { result: result({ metrics: { 'elapsed time': summary }, ...output('a.log') }) },
      {},
      /no metric and no output that counts/,
    ],
    [
      'a log that was declared an output',
      { plan: plan({ declaredOutputs: ['a.log'] }), result: result(output('a.log')) },
      {},
      undefined,
    ],
    ['cancelled', { result: result({ ...loss, state: 'cancelled' }) }, {}, /cancelled before its end/],
    ['cancelled, and what can be asked', { result: result({ ...loss, state: 'cancelled' }) }, {}, offer],
    [
      'a part of what was cancelled',
      { result: result({ ...loss, state: 'cancelled' }) },
      { throughStep: 40 },
      undefined,
    ],
    [
      'a part without a metric',
      { result: result({ ...output('model.json'), state: 'cancelled' }) },
      { throughStep: 40 },
      /no metric that counts/,
    ],
    ['lost without a metric', {}, {}, /^the original was lost before its end$/],
  ];
  for (const [title, change, options, expected] of table)
    it(title, async () => {
      const told = await ask(change, options);
      if (expected === undefined) assert.equal(told, undefined);
      else assert.match(told ?? '', expected);
    });

  it('a lost run is asked for its metric log', async () => {
    await writeFile(runPathsIn(dir).stdout, '{"step": 1, "loss": 0.5}\n{"step": 7, "loss": 0.25}\n');
    assert.match((await ask({})) ?? '', /lost before its end, .* --steps 7$/);
  });
});
