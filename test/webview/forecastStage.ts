/** The extension's side of the report panel before a reproduction, and forecasts as they happen. */
import type { Browser } from 'playwright-core';
import type { ForecastView, ReportHostMessage } from '../../src/protocol/reportProtocol.ts';
import { openPanel, panelStrings, type OpenPanel, type OpenPanelOptions } from './openPanel.ts';

export interface ForecastStage extends AsyncDisposable {
  readonly panel: OpenPanel;
  sendForecast(view: ForecastView): Promise<void>;
  send(message: ReportHostMessage): Promise<void>;
}

export async function forecastStage(
  browser: Browser,
  view: ForecastView,
  options: Omit<OpenPanelOptions, 'panel'> = {},
): Promise<ForecastStage> {
  const panel = await openPanel(browser, { panel: 'report', ...options });
  let revision = 0;
  const send = (message: ReportHostMessage): Promise<void> => panel.send(message);
  const stage: ForecastStage = {
    panel,
    send,
    sendForecast: forecast => send({ type: 'forecast', revision: ++revision, forecast }),
    [Symbol.asyncDispose]: () => panel[Symbol.asyncDispose](),
  };
  await send({
    type: 'open',
    strings: await panelStrings('reportStrings'),
    origin: { original: view.original.id },
  });
  await stage.sendForecast(view);
  return stage;
}

const runId = '01K0A0A0A0A0A0A0A0A0K7Q2P9';

const original: ForecastView['original'] = {
  id: runId,
  label: 'baseline',
  state: 'finished',
  command: 'python train.py --lr 0.1 --seed 7',
  createdAt: '2026-11-22T09:00:00.000Z',
  durationMs: 40_100,
  host: 'gpu-box',
};

type Forecast = NonNullable<ForecastView['forecast']>;

const forecastBase: Forecast = {
  schemaVersion: 1,
  runId,
  at: '2026-11-22T10:00:00.000Z',
  host: 'gpu-box',
  closeness: 'bit-identical',
  sentence: 'Everything is here, and nothing known keeps the result from being bit-identical.',
  items: [
    { ingredient: 'code', what: 'snapshot of 3f2a91c + 2 files', availability: 'here' },
    {
      ingredient: 'data',
      what: 'data/digits.csv',
      availability: 'here',
      bytes: 1_200_000,
      from: 'the cache',
    },
    { ingredient: 'environment', what: 'this machine, Python 3.11.2, 214 packages', availability: 'here' },
  ],
  limits: [],
  caps: [],
  ingredients: [
    { name: 'code', status: 'same', original: '3f2a91c + 2 files', now: 'same snapshot', differences: [] },
    { name: 'hardware', status: 'same', original: 'AMD EPYC 7B13', now: 'AMD EPYC 7B13', differences: [] },
  ],
  blockers: [],
  environment: 'On this machine, with the Python that it ran with.',
  duration: { ms: 40_100, basis: 'original' },
  disk: { needed: 12_400_000, free: 81_000_000_000 },
  fetch: 0,
  escapes: [],
};

/** Everything is here. */
export function readyForecast(): ForecastView {
  return { original, checkpoints: [], starting: false, forecast: forecastBase };
}

/** Something to fetch, something to rebuild, another GPU. */
export function limitedForecast(): ForecastView {
  return {
    original,
    checkpoints: ['checkpoints/step-2000.pt', 'checkpoints/step-4000.pt'],
    starting: false,
    forecast: {
      ...forecastBase,
      closeness: 'numerically-close',
      sentence: 'Numerically close: the GPU is another one, and the environment is made once more.',
      items: [
        { ingredient: 'code', what: 'snapshot of 3f2a91c + 2 files', availability: 'here' },
        {
          ...{ ingredient: 'data', what: 'data/images, 12,400 files', availability: 'fetchable' },
          ...{ bytes: 2_200_000_000, from: 'origin (s3://team-bucket/data)' },
        },
        {
          ...{ ingredient: 'environment', what: 'Python 3.11.2, 214 packages', availability: 'rebuildable' },
          reason: 'The interpreter of the run is gone.',
        },
      ],
      limits: [
        {
          ...{ ingredient: 'hardware', closeness: 'numerically-close' },
          text: 'A100 → H200, 108 → 132 multiprocessors: cuBLAS gives no equal bits across them.',
        },
      ],
      caps: ['rebuilt environment'],
      ingredients: [
        {
          ...{ name: 'hardware', status: 'differs' },
          ...{ original: 'NVIDIA A100 80GB', now: 'NVIDIA H200', differences: ['GPU A100 → H200'] },
        },
        ...forecastBase.ingredients.slice(0, 1),
      ],
      fetch: 2_200_000_000,
      disk: { needed: 4_600_000_000, free: 81_000_000_000 },
      escapes: ['The package digits is installed from /home/ann/digits/src (editable).'],
      ...{ moved: ['OUT_DIR'], readOnlyBy: 'python' },
    },
  };
}

/** Its data is nowhere any more. */
export function blockedForecast(): ForecastView {
  return {
    ...readyForecast(),
    forecast: {
      ...forecastBase,
      closeness: 'not-the-same-run',
      sentence: 'It cannot be the same run: data/images is gone.',
      items: [
        ...forecastBase.items.slice(0, 1),
        {
          ...{ ingredient: 'data', what: 'data/images', availability: 'gone' },
          reason: 'Neither the cache nor the remote origin has it.',
          mend: 'Push it from the machine that has it: lockstep data push data/images',
        },
      ],
      blockers: [
        {
          code: 'data-gone',
          message: 'data/images is nowhere any more.',
          mend: 'Push it from the machine that has it: lockstep data push data/images',
        },
      ],
    },
  };
}

/** Of somebody else, whom nobody here has trusted yet. */
export function sharedForecast(): ForecastView {
  return {
    ...readyForecast(),
    unconfirmed: {
      sharedBy: 'Ann <ann@example.org>',
      facts: [
        { name: 'command', value: 'python train.py --lr 0.1 --seed 7' },
        { name: 'image', value: 'sha256:9c2d1f' },
        { name: 'mounts', value: '/data → /data (read-only)' },
      ],
    },
  };
}
