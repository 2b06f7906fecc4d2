/** What a forecast and its errors say never contradicts itself. */
import assert from 'node:assert/strict';
import { stateText, partsOf } from '../../../../src/cli/text/runText.ts';
import { tellForecast } from '../../../../src/cli/text/tellForecast.ts';
import type { Terminal } from '../../../../src/cli/terminal.ts';
import { bandAtText, bandSizeText } from '../../../../src/reproduction/comparison/bandSentence.ts';
import { inputsMissing } from '../../../../src/reproduction/restore/errors.ts';
import { forecastSentence, isGone } from '../../../../src/reproduction/forecast/forecastSentence.ts';
import type { Forecast, ForecastItem } from '../../../../src/runs/forecast.ts';
import { originalId, reproductionId } from '../recordedRun.ts';

const changed: ForecastItem = {
  ...{ ingredient: 'data', what: 'data.csv', availability: 'changed' },
  ...{ reason: 'it has changed since the run.', mend: 'Put the recorded content back.' },
};

function forecastOf(change: Partial<Forecast>): Forecast {
  const facts = {
    ...{ closeness: 'bit-identical' as const, items: [], limits: [], caps: [], blockers: [], fetch: 0 },
    ...change,
  };
  return {
    ...{ schemaVersion: 1, runId: originalId, at: '', host: 'alpha', ingredients: [], escapes: [] },
    ...{ ...facts, sentence: forecastSentence(facts), environment: 'On this machine.', disk: { needed: 0 } },
  };
}

function pageOf(forecast: Forecast): string {
  let page = '';
  const terminal: Partial<Terminal> = {
    out: text => void (page += String(text)),
    paint: (_, text) => text,
    width: 120,
  };
  tellForecast(
    forecast,
    terminal as Terminal,
    forecast.blockers.length === 0 && !forecast.items.some(isGone),
  );
  return page;
}

describe('the page of a forecast', () => {
  const table: readonly [string, Partial<Forecast>, RegExp, RegExp][] = [
    ['says where it runs', {}, /It runs {2}On this machine\./, /Cannot start/],
    [
      'does not where it cannot start',
      { blockers: [{ code: 'input-missing', message: 'It has no code..' }] },
      /^✗ It cannot start: It has no code\.$/m,
      /It runs/,
    ],
    [
      'calls changed what has changed, and expects no verdict of another run',
      { closeness: 'not-the-same-run', items: [changed], caps: ['input data.csv has changed since'] },
      /^data +data\.csv +changed/m,
      /within tolerance at best|\.\.|gone/,
    ],
    [
      'ends a sentence once',
      { caps: ['the packages differ.'], blockers: [{ code: 'x', message: 'It has no code.' }] },
      /^ {2}the packages differ\.$/m,
      /\.\./,
    ],
  ];
  for (const [title, change, holds, never] of table)
    it(title, () => {
      const page = pageOf(forecastOf(change));
      assert.match(page, holds);
      assert.doesNotMatch(page, never);
    });
});

describe('an input that is gone', () => {
  const pin = { path: 'data', object: 'md5:0.dir', pinFile: 'data.dvc', known: 'captured' };
  const table: readonly [string[], (typeof pin)[], RegExp, RegExp][] = [
    [
      ['a.csv'],
      [],
      /^The run read a\.csv, which is neither/,
      /^Put the files back.*reproduce --without a\.csv …$/,
    ],
    [['a.csv'], [pin], /^The run read a\.csv, which is neither/, /^Put the files back/],
    [
      ['data/a.csv', 'data/b.csv'],
      [pin],
      /^The run read data\/a\.csv, data\/b\.csv, pinned by data\.dvc: neither the cache nor a remote has/,
      /lockstep data push data\. Then/,
    ],
    [['data'], [pin], /pinned by data\.dvc/, /lockstep data push data/],
  ];
  for (const [paths, pins, message, mend] of table)
    it(`${paths.join()} with ${pins.length} pins`, () => {
      const error = inputsMissing(paths, pins);
      assert.match(error.message, message);
      assert.match(error.mend ?? '', mend);
    });
});

it('the band that decided is told with its step', () => {
  assert.equal(bandAtText(12, 0.3123, 19), ' Band 0.31 at step 12, learnt through step 19.');
  assert.equal(bandAtText(35, 0.3123, 19), ' Band 0.31 at step 35, learnt through step 19 and extended.');
  assert.equal(bandAtText(35, Infinity, 19), '');
  assert.equal(bandSizeText({ allowed: 0.3123, decidedAt: 35 }), ', band 0.31 at step 35');
  const sizes = [
    [0.12345, ', 0.12 apart, band 0.31 at step 35'],
    [0.3121, ', 0.31 apart, band 0.31 at step 35'],
    [0.3125, ', 0.313 apart, band 0.31 at step 35'],
  ] as const;
  for (const [apart, text] of sizes)
    assert.equal(bandSizeText({ allowed: 0.3123, decidedAt: 35, apart }), text);
});

it('a list calls a reproduction that reached its part no cancelled one', () => {
  const verdict = { reproductionId, verdict: 'identical', at: '' };
  const of = (throughStep?: number): string =>
    stateText(
      { state: 'cancelled', stillRunning: false },
      partsOf([{ verdicts: [{ ...verdict, ...(throughStep === undefined ? {} : { throughStep }) }] }]).get(
        reproductionId,
      ),
    );
  assert.equal(of(40), 'reached step 40');
  assert.equal(of(), 'cancelled');
});
