/** The parts of a forecast that are only told: sums, sentences and pages hold for whatever a record claims. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { tellForecast } from '../../../../src/cli/text/tellForecast.ts';
import { expectedDuration } from '../../../../src/reproduction/forecast/expectedDuration.ts';
import { canReproduce } from '../../../../src/reproduction/forecast/forecastReproduction.ts';
import { forecastSentence } from '../../../../src/reproduction/forecast/forecastSentence.ts';
import { durationWords, sizeWords } from '../../../../src/reproduction/forecast/forecastWords.ts';
import { limitsOf } from '../../../../src/reproduction/forecast/closeness/closenessRules.ts';
import { lookAtDeterminism, lookAtHardware } from '../../../../src/reproduction/forecast/lookAtHardware.ts';
import { lookAtParameters, secretVariables } from '../../../../src/reproduction/forecast/lookAtParameters.ts';
import { sumBytes } from '../../../../src/reproduction/forecast/wholeBytes.ts';
import { captured, unknown } from '../../../../src/runs/known.ts';
import { forecastSchema, type Forecast, type ForecastItem } from '../../../../src/runs/forecast.ts';
import type { Hardware } from '../../../../src/runs/captured.ts';
import type { RunDetails } from '../../../../src/runs/runDetails.ts';
import type { Verdict } from '../../../../src/runs/verdict.ts';
import { capturedValues, originalId, plan, result } from '../recordedRun.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\u001b[2J', '\u202e', '__proto__', '\n\n', 'x'.repeat(5000)),
);
const size = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -1, 1e308, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, Infinity, NaN),
);
const bytes = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const item: fc.Arbitrary<ForecastItem> = fc.record(
  {
    ingredient: fc.constantFrom(
      'code',
      'data',
      'parameters',
      'environment',
      'hardware',
      'determinism' as const,
    ),
    what: text,
    availability: fc.constantFrom('here', 'fetchable', 'rebuildable', 'gone', 'unknown' as const),
    bytes,
    ...{ from: text, reason: text, mend: text },
  },
  { requiredKeys: ['ingredient', 'what', 'availability'] },
);
const forecast: fc.Arbitrary<Forecast> = fc
  .record({
    closeness: fc.constantFrom('bit-identical', 'numerically-close', 'not-the-same-run' as const),
    items: fc.array(item, { maxLength: 30 }),
    limits: fc.array(
      fc.record({
        ingredient: fc.constant('data' as const),
        closeness: fc.constant('numerically-close' as const),
        text,
      }),
      { maxLength: 3 },
    ),
    ...{ caps: fc.array(text, { maxLength: 20 }), escapes: fc.array(text, { maxLength: 3 }) },
    blockers: fc.array(fc.record({ code: text, message: text }), { maxLength: 2 }),
    ...{ environment: text, host: text, fetch: bytes },
    disk: fc.record({ needed: bytes, free: bytes }),
    duration: fc.option(fc.record({ ms: bytes, basis: text }), { nil: undefined }),
  })
  .map(parts => ({
    ...{ schemaVersion: 1, runId: originalId, at: '2026-01-01T00:00:00.000Z', ingredients: [] },
    ...{ ...parts, sentence: forecastSentence(parts as Parameters<typeof forecastSentence>[0]) },
  }));

describe('a forecast of whatever a record claims', () => {
  it('adds up without ever leaving what JSON can say', () => {
    fc.assert(
      fc.property(fc.array(fc.option(size, { nil: undefined })), sizes => {
        const sum = sumBytes(sizes);
        assert.ok(Number.isSafeInteger(sum) && sum >= 0);
        const whole = sizes.filter(one => one !== undefined && Number.isSafeInteger(one) && one >= 0);
        if (whole.length === sizes.length)
          assert.equal(
            sum,
            Math.min(
              whole.reduce<number>((all, one) => all + (one ?? 0), 0),
              Number.MAX_SAFE_INTEGER,
            ),
          );
      }),
    );
  });

  it('prints as a page that no name can break', () => {
    fc.assert(
      fc.property(forecast, fc.integer({ min: 30, max: 200 }), (made, width) => {
        assert.ok(forecastSchema.safeParse(JSON.parse(JSON.stringify(made))).success);
        let page = '';
        const out = (chunk: string | Uint8Array): void => void (page += String(chunk));
        const plain = (_: unknown, one: string): string => one;
        tellForecast(
          made,
          {
            ...{ out, err: out, drained: () => Promise.resolve(), width, tableWidth: width, colour: false },
            ...{ paint: plain, paintErr: plain, interactive: false, liveErr: false },
          },
          canReproduce(made),
        );
        // eslint-disable-next-line no-control-regex -- these are what must not be there
        assert.doesNotMatch(page, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      }),
      { numRuns: 200 },
    );
  });

  it('says that it cannot be the same run whenever something of it is gone', () => {
    fc.assert(
      fc.property(forecast, made => {
        const gone = made.items.some(
          one => one.availability === 'gone' && ['code', 'data', 'environment'].includes(one.ingredient),
        );
        assert.equal(canReproduce(made), !gone && made.blockers.length === 0);
        if (gone) assert.ok(made.sentence.startsWith('It cannot be the same run: '));
      }),
    );
  });

  it('judges hardware of any kind by every rule, and names what is not here', () => {
    const hardware = fc.record(
      {
        ...{ os: text, kernel: text, libc: text, cpuModel: text, driver: text },
        ...{ cpuFlags: fc.array(text), logicalCores: fc.integer(), memory: size },
        gpus: fc.array(
          fc.record(
            { name: text, memory: size, computeCapability: text, vendor: text, driver: text },
            { requiredKeys: ['name'] },
          ),
          {
            maxLength: 4,
          },
        ),
      },
      { requiredKeys: ['os', 'gpus'] },
    ) as fc.Arbitrary<Hardware>;
    const facts = fc.dictionary(
      fc.oneof(
        text,
        fc.constantFrom(
          'torch.cuda_initialized',
          'torch.cuda_multiprocessors',
          'blas.threads',
          'torch.threads',
          'numpy.version',
        ),
      ),
      fc.oneof(text, size, fc.boolean(), fc.constant(null)),
    );
    fc.assert(
      fc.property(hardware, hardware, facts, (before, after, known) => {
        const original = { hardware: before, facts: known, variables: {} };
        const now = { hardware: after, facts: {}, variables: {} };
        for (const limit of limitsOf(original, now)) assert.ok(limit.text.length > 0);
        lookAtHardware(original, now);
        lookAtDeterminism(original);
        assert.ok(lookAtHardware(original, original).every(one => one.availability === 'here'));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the expected duration', () => {
  const verdict = (durationMs: number, host = 'here', part?: Verdict['part']): Verdict =>
    ({ host, durationMs, ...(part === undefined ? {} : { part }) }) as Verdict;
  const run = (verdicts: Verdict[], durationMs?: number): Pick<RunDetails, 'result' | 'verdicts'> => ({
    result: result({
      ...(durationMs === undefined ? {} : { durationMs }),
      metrics: { loss: { last: 0, lastStep: 99, min: 0, max: 1, count: 100 } },
    }),
    verdicts,
  });
  for (const [title, given, options, expected] of [
    ['the original’s', run([], 60_000), {}, { ms: 60_000, basis: 'original' }],
    [
      'that of reproductions here',
      run([verdict(50_000), verdict(70_000), verdict(55_000)], 10),
      {},
      { ms: 55_000, basis: 'reproductions' },
    ],
    ['not that of other machines', run([verdict(50_000, 'there')], 10), {}, { ms: 10, basis: 'original' }],
    [
      'not that of a part',
      run([verdict(5, 'here', { throughStep: 1 })], 10),
      {},
      { ms: 10, basis: 'original' },
    ],
    [
      'not that of one that crashed',
      run([{ ...verdict(5), verdict: 'inconclusive' }], 10),
      {},
      { ms: 10, basis: 'original' },
    ],
    ['a share for a part', run([], 60_000), { throughStep: 24 }, { ms: 15_000, basis: 'original' }],
    [
      'what is left after a checkpoint',
      {
        result: result({
          ...{ durationMs: 60_000, startedAt: new Date(1000).toISOString() },
          outputs: [{ path: 'ckpt/a.pt', how: 'seen', sha256: 'a', modifiedAt: 41_000 }],
        }),
        verdicts: [],
      },
      { checkpoint: './ckpt' },
      { ms: 20_000, basis: 'original' },
    ],
    ['no more than was asked for', run([], 60_000), { forMs: 5_000 }, { ms: 5_000, basis: 'original' }],
  ] as const)
    it(`is ${title}`, () => assert.deepEqual(expectedDuration(given, 'here', options), expected));

  it('is not known of a run that never ended', () => {
    assert.equal(expectedDuration({ verdicts: [] }, 'here', {}), undefined);
  });

  it('has words for every number', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true }), value => {
        assert.ok(durationWords(value).length < 20);
        assert.doesNotMatch(sizeWords(Math.min(value, Number.MAX_SAFE_INTEGER)), /NaN|undefined/);
      }),
    );
  });
});

describe('parameters of a forecast', () => {
  it('are variables to set again, each once, and the seed', () => {
    const recorded = plan({
      argv: ['python', 'train.py', '--key', '<secret>', '--token=${ENV:TOKEN}', '${ENV:TOKEN}'],
      secretArguments: [3, 4, 5],
      seed: unknown('none'),
      variables: { HF_TOKEN: { keyedHash: 'x' }, HOME: { keyedHash: 'y' }, TOKEN: { keyedHash: 'z' } },
    });
    assert.deepEqual(secretVariables(recorded), ['LOCKSTEP_SECRET_3', 'TOKEN']);
    const items = lookAtParameters(recorded, undefined, { TOKEN: 'x' });
    assert.deepEqual(
      items.map(one => `${one.what}: ${one.availability}`),
      ['LOCKSTEP_SECRET_3: gone', 'TOKEN: here', 'HF_TOKEN: unknown', 'seed: unknown'],
    );
    assert.deepEqual(
      lookAtParameters(plan({ seed: captured(7) }), undefined, {}).map(
        one => `${one.what}: ${one.availability}`,
      ),
      ['seed 7: here'],
    );
    const [seed] = lookAtParameters(
      recorded,
      undefined,
      {},
      {
        ...capturedValues(),
        seeds: [{ call: 'random.seed', value: null, file: 'a.py', line: 2 }],
      },
    ).slice(-1);
    assert.deepEqual([seed?.what, seed?.availability], ['random start', 'unknown']);
    assert.match(seed?.reason ?? '', /^random\.seed at random \(a\.py:2\), so its numbers are others/);
    const fixed = lookAtParameters(
      recorded,
      undefined,
      {},
      {
        ...capturedValues(),
        seeds: [
          { call: 'random.seed', value: null },
          { call: 'torch.manual_seed', value: '3', file: 'a.py', line: 4 },
          { call: 'torch.manual_seed', value: '5', file: 'a.py', line: 9 },
        ],
      },
    ).slice(-2);
    assert.deepEqual(
      fixed.map(one => `${one.what}: ${one.availability}`),
      ['torch.manual_seed 3, 5 (a.py:4): here', 'random start: unknown'],
    );
  });
});
