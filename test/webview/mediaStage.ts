/** The extension's side of the Media panel for tests: cards in memory, answers to what is watched. */
import type { Browser } from 'playwright-core';
import {
  mediaPanelMessageSchema,
  type MediaCard,
  type MediaContent,
  type MediaHostMessage,
  type MediaPanelMessage,
  type MediaView,
} from '../../src/protocol/mediaProtocol.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { openPanel, origin, panelStrings, type OpenPanel, type OpenPanelOptions } from './openPanel.ts';

export interface StageCard extends Omit<MediaCard, 'id' | 'rank' | 'steps'> {
  readonly rank?: number;
  readonly steps: readonly number[];
  readonly shown: (step: number) => MediaContent['shown'];
}

export interface MediaStage extends AsyncDisposable {
  readonly panel: OpenPanel;
  cards: StageCard[];
  sendCatalogue(state?: 'running' | 'finished' | null): Promise<void>;
  /** Sends what the panel watches now, and waits until it is on the screen. */
  sendContents(): Promise<void>;
  /** What the panel watches, by its last word. */
  watched(): Promise<Extract<MediaPanelMessage, { type: 'watch' }>>;
}

export type MediaStageOptions = Omit<OpenPanelOptions, 'panel'> & {
  readonly view?: Partial<MediaView>;
  readonly runState?: 'running' | 'finished' | null;
};

export async function mediaStage(
  browser: Browser,
  cards: StageCard[],
  options: MediaStageOptions = {},
): Promise<MediaStage> {
  const panel = await openPanel(browser, { pictures: picture, ...options, panel: 'media' });
  let revision = 0;
  const send = (message: MediaHostMessage): Promise<void> => panel.send(message);
  const stage: MediaStage = {
    panel,
    cards,
    sendCatalogue: (state = options.runState === undefined ? 'finished' : options.runState) =>
      send({
        type: 'catalogue',
        revision: ++revision,
        state,
        cards: stage.cards.map(card => ({
          id: idOf(card),
          kind: card.kind,
          key: card.key,
          rank: card.rank ?? null,
          steps: Float64Array.from(card.steps),
        })),
        origin: { store: '/store', id: 'A' },
      }),
    watched: async () => {
      const last = await waitFor('what is watched', async () => (await panel.posted('watch')).at(-1));
      const parsed = mediaPanelMessageSchema.parse(last);
      if (parsed.type !== 'watch') throw new Error('not a watch message');
      return parsed;
    },
    sendContents: async () => {
      const watch = await stage.watched();
      const sent = ++revision;
      await send({
        type: 'contents',
        revision: sent,
        contents: watch.cards.flatMap(({ id, step }) => {
          const card = stage.cards.find(candidate => idOf(candidate) === id);
          if (card === undefined) return [];
          const at = step ?? card.steps.at(-1) ?? NaN;
          const shown = card.shown(at);
          return [{ id, step: at, time: 0, shown, hasFile: shown.type !== 'histogram' }];
        }),
      });
      await waitFor(`revision ${sent} on the screen`, async () =>
        (await panel.posted('drawn')).some(message => Number(message['revision']) >= sent),
      );
    },
    [Symbol.asyncDispose]: () => panel[Symbol.asyncDispose](),
  };
  await send({
    type: 'open',
    strings: await panelStrings('mediaStrings'),
    view: options.view ?? {},
  });
  await stage.sendCatalogue();
  if (cards.length > 0) {
    await waitFor('cards in view', async () => (await stage.watched()).cards.length > 0);
    await stage.sendContents();
  }
  return stage;
}

function idOf({ kind, key, rank }: StageCard): string {
  return JSON.stringify([kind, key, rank ?? null]);
}

/** A picture that tells its name: rings whose number is the step. */
function picture(name: string): Uint8Array | undefined {
  if (name.startsWith('missing')) return undefined;
  const step = Number(/\d+/.exec(name)?.[0] ?? 0);
  const rings = Array.from(
    { length: 1 + (step % 12) },
    (_, i) =>
      `<circle cx="50" cy="50" r="${4 + 4 * i}" fill="none" stroke="hsl(${i * 30} 80% 50%)" stroke-width="2"/>`,
  );
  return new TextEncoder().encode(
    `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="100" height="100" fill="#888"/>${rings.join('')}</svg>`,
  );
}

export const everyTen = (count: number): number[] => Array.from({ length: count }, (_, i) => i * 10);

export function imageCard(key: string, steps: readonly number[], name = 'rings'): StageCard {
  return {
    kind: 'image',
    key,
    steps,
    shown: step => ({ type: 'image', uri: `${origin}/pictures/${name}${step}.svg`, width: 100, height: 100 }),
  };
}

/** One of each kind, as a training logs them. */
export function trainingMedia(): StageCard[] {
  return [
    imageCard('samples', everyTen(20)),
    imageCard('confusion matrix', [100, 195]),
    { ...imageCard('samples', [0, 10]), rank: 1 },
    {
      kind: 'histogram',
      key: 'layer2/weights',
      steps: everyTen(20),
      shown: step => ({
        type: 'histogram',
        min: -1.25,
        max: 1.5,
        count: 4096,
        mean: 0.0123,
        bars: Float64Array.from({ length: 64 }, (_, i) =>
          Math.round(500 * Math.exp(-(((i - 30 - step / 20) / (6 + step / 20)) ** 2))),
        ),
      }),
    },
    {
      kind: 'text',
      key: 'generated',
      steps: [0, 50, 100],
      shown: step => ({
        type: 'text',
        text: `<b>not bold</b> <img src=x onerror=alert(1)> at ${step}\n${'the quick brown fox '.repeat(60)}`,
        cut: true,
      }),
    },
    {
      kind: 'table',
      key: 'predictions.json',
      steps: [0],
      shown: () => ({
        type: 'table',
        columns: ['image', 'truth', 'prediction', 'confidence'],
        rows: Array.from({ length: 40 }, (_, i) => [
          `${i}.png`,
          String(i % 10),
          String((i * 7) % 10),
          '0.93',
        ]),
        totalRows: 1000,
        totalColumns: 4,
      }),
    },
    {
      kind: 'file',
      key: 'model.onnx',
      steps: [190],
      shown: () => ({ type: 'file', name: 'model.onnx', size: 12_345_678 }),
    },
  ];
}
