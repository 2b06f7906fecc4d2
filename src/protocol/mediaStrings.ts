/** The visible words of the Media panel, by name; the extension sends their translations. */
import * as z from 'zod';

export const mediaStringNames = [
  'title',
  'filter',
  'filterInvalid',
  'synced',
  'syncedHint',
  'images',
  'texts',
  'histograms',
  'tables',
  'files',
  'atStep',
  'stepOf',
  'stepRange',
  'rankLabel',
  'imageLabel',
  'histogramLabel',
  'histogramCount',
  'textCut',
  'tableCut',
  'columnsCut',
  'openFile',
  'unavailable',
  'notAnImage',
  'loading',
  'goneTitle',
  'goneText',
  'waitingTitle',
  'waitingText',
  'noMediaTitle',
  'noMediaText',
  'noMatch',
  'clearFilter',
] as const;
export const mediaStringsSchema = z.record(z.enum(mediaStringNames), z.string());
export type MediaStrings = z.infer<typeof mediaStringsSchema>;
