/** How the panel looks at its runs: what the person chose, what came back after hiding, and what it starts with. */
import { chartsViewSchema, type ChartsView } from '../../src/protocol/chartsProtocol.ts';
import { rangeSchema } from '../../src/protocol/wire.ts';
import * as z from 'zod';
import { defaultSmoothing } from '../../src/series/smooth.ts';
import type { Zoom } from '../shared/plot/scene.ts';

export const defaultView: ChartsView = {
  x: 'step',
  smoothing: defaultSmoothing,
  log: false,
  filter: '',
  columns: 3,
  hiddenRuns: [],
  collapsedGroups: [],
  rank: 0,
  restarts: 'latest',
};

const savedStateSchema = z.object({
  view: chartsViewSchema.partial(),
  zooms: z.array(z.tuple([z.string(), z.object({ x: rangeSchema, y: rangeSchema.optional() })])),
  scroll: z.number(),
  origin: z.record(z.string(), z.unknown()),
});
export type SavedState = z.infer<typeof savedStateSchema>;

/** What was saved by any version; undefined when there is nothing of use. */
export function parseSavedState(saved: unknown): SavedState | undefined {
  const parsed = savedStateSchema.safeParse(saved);
  return parsed.success ? parsed.data : undefined;
}

/** Zooms are kept for so many charts, the last ones. */
const keptZooms = 100;

export function savedState(
  view: ChartsView,
  zooms: ReadonlyMap<string, Zoom>,
  origin: Record<string, unknown>,
): SavedState {
  return {
    view,
    zooms: [...zooms]
      .slice(-keptZooms)
      .map(([key, zoom]) => [key, { x: [...zoom.x], y: zoom.y && [...zoom.y] }]),
    scroll: Math.round(scrollY),
    origin,
  };
}
