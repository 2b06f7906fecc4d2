/**
 * Building blocks of the messages between the extension and its webviews. Typed arrays travel as they are (both
 * sides clone them without JSON), numbers may be NaN or infinite.
 */
import * as z from 'zod';

/** Any number at all: z.number() would refuse NaN and the infinities, which are values of a metric. */
export const anyNumberSchema = z.custom<number>(value => typeof value === 'number');

// By name, not instanceof: an array that crossed a frame or a worker has another realm's constructor.
export const float64Schema = z.custom<Float64Array>(value => isTypedArray(value, 'Float64Array'));
export const uint8Schema = z.custom<Uint8Array>(value => isTypedArray(value, 'Uint8Array'));

function isTypedArray(value: unknown, name: string): boolean {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === `[object ${name}]`;
}

export const rangeSchema = z.tuple([z.number(), z.number()]).readonly();

/** {@link import('../series/decimate.ts').Decimated} */
export const decimatedSchema = z.object({
  xs: float64Schema,
  ys: float64Schema,
  markXs: float64Schema,
  markKinds: uint8Schema,
});

/** Both sides number their snapshots; a snapshot with a lower revision than the last one shown is dropped. */
export const revisionSchema = z.int().nonnegative();

export const runStateSchema = z.enum(['preparing', 'running', 'finished', 'failed', 'cancelled', 'lost']);
export type RunState = z.infer<typeof runStateSchema>;
