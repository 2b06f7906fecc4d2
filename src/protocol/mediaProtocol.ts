/**
 * The messages of the Media panel. The catalogue says which cards there are and at which steps; the webview says which
 * of them are visible and at which step it looks (`watch`), and is sent their contents, already cut to what a card can
 * show. Pictures travel as addresses below the run's folder, never as bytes.
 */
import * as z from 'zod';
import { mediaStringsSchema } from './mediaStrings.ts';
import { anyNumberSchema, float64Schema, revisionSchema, runStateSchema } from './wire.ts';

export const mediaKinds = ['image', 'histogram', 'text', 'table', 'file'] as const;
export type MediaKind = (typeof mediaKinds)[number];

export const mediaCardSchema = z.object({
  /** Unique in the run, the same across updates. */
  id: z.string(),
  kind: z.enum(mediaKinds),
  /** Untrusted text of any length. */
  key: z.string(),
  rank: z.number().nullable(),
  /** Where there is something to see, ascending, at least one. Of very many, evenly chosen ones, first and last kept. */
  steps: float64Schema,
});
export type MediaCard = z.infer<typeof mediaCardSchema>;

/** One card at one step. All text is untrusted. */
export const mediaContentSchema = z.object({
  id: z.string(),
  step: z.number(),
  /** Milliseconds since the epoch. */
  time: z.number(),
  shown: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('image'),
      /** Address that the webview may load. */
      uri: z.string(),
      width: z.number().optional(),
      height: z.number().optional(),
    }),
    z.object({ type: z.literal('text'), text: z.string(), cut: z.boolean() }),
    z.object({
      type: z.literal('histogram'),
      min: anyNumberSchema,
      max: anyNumberSchema,
      count: anyNumberSchema,
      mean: anyNumberSchema,
      /** Values in bars of equal width from `min` to `max`. */
      bars: float64Schema,
    }),
    z.object({
      type: z.literal('table'),
      columns: z.array(z.string()),
      rows: z.array(z.array(z.string())),
      totalRows: z.int().nonnegative(),
      totalColumns: z.int().nonnegative(),
    }),
    z.object({ type: z.literal('file'), name: z.string(), size: z.number() }),
    /** The file is gone, too large, or not what it says. */
    z.object({ type: z.literal('unavailable'), reason: z.string() }),
  ]),
  /** Whether the entry has a file that can be opened in the editor. */
  hasFile: z.boolean(),
});
export type MediaContent = z.infer<typeof mediaContentSchema>;

export const mediaViewSchema = z.object({
  /** Whether all cards show the step that one of them was moved to. */
  synced: z.boolean(),
  /** Regular expression over keys, as typed. */
  filter: z.string(),
});
export type MediaView = z.infer<typeof mediaViewSchema>;

/** Extension → webview. */
export const mediaHostMessageSchema = z.discriminatedUnion('type', [
  /** First message, answer to `ready`. */
  z.object({ type: z.literal('open'), strings: mediaStringsSchema, view: mediaViewSchema.partial() }),
  z.object({
    type: z.literal('catalogue'),
    revision: revisionSchema,
    /** null: the run is gone. */
    state: runStateSchema.nullable(),
    cards: z.array(mediaCardSchema),
    /** What the extension needs to bring the panel back; the webview keeps it in its state without looking. */
    origin: z.record(z.string(), z.unknown()),
  }),
  z.object({ type: z.literal('contents'), revision: revisionSchema, contents: z.array(mediaContentSchema) }),
  /** Something failed that the person should know; null takes it away. */
  z.object({ type: z.literal('problem'), message: z.string().nullable() }),
]);
export type MediaHostMessage = z.infer<typeof mediaHostMessageSchema>;

export const watchedCardSchema = z.object({
  id: z.string(),
  /** The nearest one is shown; null: the newest, also when newer ones come. */
  step: z.number().nullable(),
});
export type WatchedCard = z.infer<typeof watchedCardSchema>;

/** Webview → extension. */
export const mediaPanelMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** What is visible now; takes the place of the former one. */
  z.object({ type: z.literal('watch'), cards: z.array(watchedCardSchema) }),
  z.object({ type: z.literal('drawn'), revision: revisionSchema }),
  z.object({ type: z.literal('viewChanged'), view: mediaViewSchema }),
  /** Open the file of an entry in the editor. */
  z.object({ type: z.literal('openFile'), card: watchedCardSchema }),
  /** A failure inside the webview, for the log. */
  z.object({ type: z.literal('failure'), message: z.string() }),
]);
export type MediaPanelMessage = z.infer<typeof mediaPanelMessageSchema>;
