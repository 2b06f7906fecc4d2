/** The extension's side of the report panel for tests, and reports as they happen. */
import type { Browser } from 'playwright-core';
import {
  reportPanelMessageSchema,
  type Overlay,
  type ReportHostMessage,
  type ReportSnapshot,
} from '../../src/protocol/reportProtocol.ts';
import type { StoredSeries } from '../../src/series/chartSeries.ts';
import { overlaySeries } from '../../src/series/overlaySeries.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { noise, series } from './chartsStage.ts';
import { openPanel, panelStrings, type OpenPanel, type OpenPanelOptions } from './openPanel.ts';

export interface ReportStage extends AsyncDisposable {
  readonly panel: OpenPanel;
  sendReport(report: ReportSnapshot): Promise<void>;
  /** Sends the overlay that the panel watches and waits until it is drawn. */
  sendOverlay(band?: Overlay['band']): Promise<void>;
}

export interface ReportCase {
  readonly report: ReportSnapshot;
  readonly series: Record<string, { original: StoredSeries; reproduction: StoredSeries }>;
}

export async function reportStage(
  browser: Browser,
  { report, series: stored }: ReportCase,
  options: Omit<OpenPanelOptions, 'panel'> = {},
): Promise<ReportStage> {
  const panel = await openPanel(browser, { panel: 'report', ...options });
  let revision = 0;
  const send = (message: ReportHostMessage): Promise<void> => panel.send(message);
  const stage: ReportStage = {
    panel,
    sendReport: async snapshot => send({ type: 'report', revision: ++revision, report: snapshot }),
    sendOverlay: async band => {
      const watch = reportPanelMessageSchema.parse(
        await waitFor('what is watched', async () => (await panel.posted('watch')).at(-1)),
      );
      if (watch.type !== 'watch') throw new Error('not a watch message');
      const pair = stored[watch.key];
      if (pair === undefined) throw new Error(`no series ${watch.key}`);
      const { first, xRange, ...overlay } = overlaySeries(pair.original, pair.reproduction, watch);
      const sent = ++revision;
      await send({
        type: 'overlay',
        revision: sent,
        overlay: {
          key: watch.key,
          ...overlay,
          ...(first === undefined ? {} : { first }),
          ...(xRange === undefined ? {} : { xRange: [...xRange] }),
          ...(band === undefined ? {} : { band }),
        },
      });
      await waitFor(`revision ${sent} on the screen`, async () =>
        (await panel.posted('drawn')).some(message => message['revision'] === sent),
      );
    },
    [Symbol.asyncDispose]: () => panel[Symbol.asyncDispose](),
  };
  await send({
    type: 'open',
    strings: await panelStrings('reportStrings'),
    origin: { runId: report.original.id },
  });
  await stage.sendReport(report);
  if (Object.keys(stored).length > 0) await stage.sendOverlay();
  return stage;
}

const runId = '01K0A0A0A0A0A0A0A0A0K7Q2P9';
const reproductionId = '01K0B0B0B0B0B0B0B0B08H2FZ1';

const loss = (step: number): number => 2.3 * Math.exp(-step / 60) + 0.05 + 0.02 * noise(1)(step);

function snapshot(rest: Partial<ReportSnapshot>): ReportSnapshot {
  const run = { command: 'python train.py --lr 0.1 --seed 7', createdAt: '2026-11-22T09:00:00.000Z' };
  return {
    original: {
      id: runId,
      label: 'baseline',
      state: 'finished',
      durationMs: 40_100,
      host: 'gpu-box',
      ...run,
    },
    reproduction: {
      id: reproductionId,
      label: 'reproduction of baseline',
      state: 'finished',
      durationMs: 41_300,
      host: 'gpu-box',
      ...run,
    },
    steps: [
      { name: 'checkout', state: 'done' },
      { name: 'run', state: 'done' },
      { name: 'compare', state: 'done' },
    ],
    live: [],
    attestations: [],
    ...rest,
  };
}

type Verdict = NonNullable<ReportSnapshot['verdict']>;

const ingredients: Verdict['ingredients'] = [
  {
    name: 'code',
    status: 'same',
    original: '3f2a91c + 2 files',
    now: 'same snapshot',
    differences: [],
  },
  { name: 'data', status: 'same', original: 'data/digits.csv, 1.2 MB', now: 'same hash', differences: [] },
  {
    name: 'environment',
    status: 'same',
    original: 'host, Python 3.11.2, 214 packages',
    now: 'same packages',
    differences: [],
  },
  { name: 'hardware', status: 'same', original: 'AMD EPYC 7B13', now: 'AMD EPYC 7B13', differences: [] },
  { name: 'parameters', status: 'same', original: 'lr 0.1, seed 7', now: 'same', differences: [] },
  { name: 'determinism', status: 'unknown', original: 'not recorded', now: 'not recorded', differences: [] },
];

const verdictBase = {
  schemaVersion: 1,
  runId,
  reproductionId,
  at: '2026-11-22T09:05:00.000Z',
  escapedModules: [],
};

export function identicalReport(): ReportCase {
  return {
    report: snapshot({
      verdict: {
        ...verdictBase,
        verdict: 'identical',
        sentence:
          'Every one of 1,240 metric points and 1 output equals the original, to the last stored bit.',
        cause: null,
        caps: [],
        ingredients,
        metrics: ['loss', 'accuracy', 'epoch seconds'].map(key => ({
          key,
          verdict: 'identical' as const,
          volatile: key === 'epoch seconds',
          comparedPoints: 620,
          originalLast: 0.051234,
          reproducedLast: 0.051234,
          missingSteps: 0,
          extraSteps: 0,
        })),
        outputs: [
          {
            path: 'model.json',
            verdict: 'identical',
            volatile: false,
            originalSha256: '8f3c'.repeat(16),
            reproducedSha256: '8f3c'.repeat(16),
          },
          {
            path: 'train.log',
            verdict: 'diverged',
            volatile: true,
            originalSha256: '11aa'.repeat(16),
            reproducedSha256: '22bb'.repeat(16),
          },
        ],
      },
    }),
    series: {
      loss: { original: series(620, loss), reproduction: series(620, loss) },
      accuracy: { original: series(620, s => 1 - loss(s)), reproduction: series(620, s => 1 - loss(s)) },
    },
  };
}

export function divergedReport(): ReportCase {
  const drift = (step: number): number => loss(step) * (step < 412 ? 1 : 1 + 3e-4 * 1.01 ** (step - 412));
  return {
    report: snapshot({
      verdict: {
        ...verdictBase,
        verdict: 'diverged',
        sentence:
          'Diverged from step 412 (relative 3e-4). Code, data and parameters are identical; the environment differs: numpy 1.26.4 → 2.0.1. Final accuracy within tolerance.',
        cause: 'The environment differs: numpy 1.26.4 → 2.0.1.',
        caps: ['rebuilt environment', 'unverified input data/extra.csv'],
        ingredients: ingredients.map(ingredient =>
          ingredient.name === 'environment'
            ? {
                ...ingredient,
                status: 'differs' as const,
                now: 'host, Python 3.11.2, 213 packages',
                differences: ['numpy 1.26.4 → 2.0.1', 'scipy 1.11.4 → missing'],
              }
            : ingredient,
        ),
        metrics: [
          {
            key: 'accuracy',
            verdict: 'within-tolerance',
            volatile: false,
            comparedPoints: 620,
            firstDifferingStep: 430,
            maxRelativeDifference: 3.2e-8,
            originalLast: 0.9381,
            reproducedLast: 0.93810003,
            missingSteps: 0,
            extraSteps: 0,
          },
          {
            key: 'loss',
            verdict: 'diverged',
            volatile: false,
            comparedPoints: 620,
            firstDifferingStep: 412,
            maxRelativeDifference: 0.0024,
            originalLast: 0.0502,
            reproducedLast: 0.0503,
            missingSteps: 2,
            extraSteps: 0,
            sentence: 'Differs from step 412 on.',
          },
          {
            key: 'samples/second',
            verdict: 'diverged',
            volatile: true,
            comparedPoints: 620,
            firstDifferingStep: 0,
            maxRelativeDifference: 0.2,
            originalLast: 1201,
            reproducedLast: 1189,
            missingSteps: 0,
            extraSteps: 0,
          },
        ],
        outputs: [
          {
            path: 'models/checkpoints/final/model.safetensors',
            verdict: 'diverged',
            volatile: false,
            originalSha256: '8f3c'.repeat(16),
            reproducedSha256: '77d0'.repeat(16),
            sentence: '12 of 48 tensors differ.',
          },
        ],
      },
    }),
    series: { loss: { original: series(620, loss), reproduction: series(620, drift) } },
  };
}

/** A reproduction half-way. */
export function runningReport(points = 200): ReportCase {
  return {
    report: {
      ...snapshot({
        steps: [
          { name: 'checkout', state: 'done' },
          { name: 'run', state: 'active' },
          { name: 'compare', state: 'waiting' },
        ],
        live: [
          {
            key: 'loss',
            volatile: false,
            comparedPoints: points,
            originalPoints: 620,
            reproducedPoints: points,
            identicalThrough: points - 1,
            originalLast: 0.05,
            reproducedLast: loss(points - 1),
          },
        ],
      }),
      reproduction: {
        id: reproductionId,
        label: 'reproduction',
        state: 'running',
        command: 'python train.py',
        createdAt: '2026-11-22T09:00:00.000Z',
        host: 'gpu-box',
      },
    },
    series: { loss: { original: series(620, loss), reproduction: series(points, loss) } },
  };
}

/** Diverged, and everything that can be known about it is. */
export function explainedReport(): ReportCase {
  const { report, series: stored } = divergedReport();
  const { verdict } = report;
  if (verdict === undefined) throw new Error('no verdict');
  const probeRuns = ['01K0C0C0C0C0C0C0C0C0C0C0C1', '01K0C0C0C0C0C0C0C0C0C0C0C2'];
  return {
    series: stored,
    report: {
      ...report,
      verdict: {
        ...verdict,
        probeId: '01K0D0D0D0D0D0D0D0D0D0D0D1',
        part: { throughStep: 600 },
        divergence: { key: 'loss', step: 412, relative: 3e-4, shape: 'growing' },
        metrics: verdict.metrics.map(metric =>
          metric.key === 'accuracy' ? { ...metric, toleranceFrom: 'noise-band' } : metric,
        ),
        outputs: verdict.outputs.map(output => ({
          ...output,
          tensors: {
            ...{ format: 'safetensors', compared: 48, differing: ['layers.0.weight', 'layers.0.bias'] },
            maxRelativeDifference: 1.2e-3,
          },
        })),
        statistics: {
          reproductions: 3,
          sentence: 'Of 2 metrics, 1 is where another run is expected with 95 % probability.',
          metrics: [
            { key: 'accuracy', original: 0.9381, mean: 0.9379, low: 0.9361, high: 0.9397, inside: true },
            { key: 'loss', original: 0.0502, mean: 0.0511, low: 0.0508, high: 0.0514, inside: false },
          ],
        },
      },
      attestations: [
        {
          reproductionId: '01K0B0B0B0B0B0B0B0B0AAAAA1',
          verdict: 'identical',
          at: verdict.at,
          host: 'laptop',
        },
        { reproductionId, verdict: 'diverged', at: verdict.at, host: 'gpu-box' },
      ],
      probe: {
        ...{ schemaVersion: 1, at: verdict.at, host: 'gpu-box', runId, reproductionIds: probeRuns },
        identical: false,
        sentence: 'Two runs through step 200 differ on this machine, by 2e-7 at most.',
        bands: [
          {
            ...{ key: 'loss', identical: false, comparedPoints: 200, firstDifferingStep: 3 },
            maxRelativeDifference: 2e-7,
          },
          { key: 'accuracy', identical: true, comparedPoints: 200 },
        ],
        differingOutputs: [],
      },
      cause: {
        ...{ schemaVersion: 1, at: verdict.at, host: 'gpu-box', runId, reproductionId, throughStep: 412 },
        sentence: 'The cause is the environment: with OMP_NUM_THREADS 2 → 1 it equals the original.',
        trials: [
          {
            ingredient: 'environment',
            restored: 'OMP_NUM_THREADS 2 → 1',
            joins: true,
            identicalThrough: 412,
          },
          {
            ingredient: 'environment',
            restored: 'numpy 2.0.1 → 1.26.4',
            joins: false,
            identicalThrough: 300,
          },
          {
            ...{ ingredient: 'hardware', restored: 'the other GPU' },
            problem: 'There is no such GPU on this machine.',
          },
        ],
        culprit: { ingredient: 'environment', restored: 'OMP_NUM_THREADS 2 → 1' },
        operation: { name: 'aten::mm', file: 'train.py', line: 41, index: 1204 },
      },
    },
  };
}

/** Half-way, and it has parted from the original. */
export function partingReport(): ReportCase {
  const { report, series: stored } = runningReport();
  return {
    series: stored,
    report: {
      ...report,
      live: report.live.map(metric => ({
        ...metric,
        identicalThrough: 111,
        firstDifferingStep: 112,
        maxRelativeDifference: 3e-4,
      })),
    },
  };
}
