/** How the panel looks at its run: what came back after hiding, and what it starts with. */
import * as z from 'zod';
import { mediaViewSchema, type MediaView } from '../../src/protocol/mediaProtocol.ts';

export const defaultView: MediaView = { synced: false, filter: '' };

const savedStateSchema = z.object({
  view: mediaViewSchema,
  /** Card id → where it was moved to. */
  steps: z.array(z.tuple([z.string(), z.number()])),
  /** Where all of them were moved to while they go together. */
  step: z.number().nullable(),
  scroll: z.number(),
  origin: z.record(z.string(), z.unknown()),
});
export type SavedState = z.infer<typeof savedStateSchema>;

/** What was saved by any version; undefined when there is nothing of use. */
export function parseSavedState(saved: unknown): SavedState | undefined {
  return savedStateSchema.safeParse(saved).data;
}

/** Places are kept for so many cards, the last ones. */
export const keptSteps = 200;
