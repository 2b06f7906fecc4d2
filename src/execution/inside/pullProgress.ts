/** Reads how far a pull is from what Docker streams meanwhile: a JSON document a line, each about one layer. */
import * as z from 'zod';
import { parsed } from './engineCalls.ts';

const lineSchema = z.looseObject({
  id: z.string(),
  status: z.literal('Downloading'),
  progressDetail: z.looseObject({ current: z.number().nonnegative(), total: z.number().positive() }),
});

/** Takes chunks of the stream, cut anywhere; lines that tell nothing are passed over. */
export function pullProgress(onBytes: (done: number, total: number) => void): (chunk: Buffer) => void {
  const layers = new Map<string, { current: number; total: number }>();
  let rest = '';
  const sum = (which: 'current' | 'total'): number =>
    [...layers.values()].reduce((all, layer) => all + layer[which], 0);
  return chunk => {
    // Names of layers and numbers are plain.
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const told = lineSchema.safeParse(parsed(line)).data;
      if (told === undefined) continue;
      layers.set(told.id, told.progressDetail);
      onBytes(sum('current'), sum('total'));
    }
  };
}
