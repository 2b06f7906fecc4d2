/**
 * Fields of MLflow requests as any of its clients writes them: protobuf's JSON, in which int64 may be a number or a
 * text, doubles may be `"NaN"`, and everything from a query string is text.
 */
import * as z from 'zod';
import { invalidValue } from './mlflowProblem.ts';

export const textField = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);

/** Empty is the same as absent, as protobuf has it. */
export const optionalText = textField
  .nullish()
  .transform(text => (text === '' ? undefined : (text ?? undefined)));

const numberText = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/;

function numberOf(text: string): number | undefined {
  if (numberText.test(text)) return Number(text);
  const word = /^\s*([-+]?)(nan|inf|infinity)\s*$/i.exec(text);
  if (word === null) return undefined;
  if (word[2]?.toLowerCase() === 'nan') return Number.NaN;
  return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const numberFromText = z.string().transform((text, context) => {
  const value = numberOf(text);
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: 'not a number' });
  return z.NEVER;
});

/** A double. R writes NaN as null. */
export const doubleField = z.union([z.number(), numberFromText, z.null().transform(() => Number.NaN)]);

/** An int64 within what a double holds exactly. */
export const wholeField = z
  .union([z.number(), numberFromText])
  .refine(value => Number.isFinite(value), 'not a whole number')
  .transform(value => Math.trunc(value));

export const optionalWhole = wholeField.nullish().transform(value => value ?? undefined);

export const optionalFlag = z
  .union([z.boolean(), z.string().transform(text => text.toLowerCase() === 'true')])
  .nullish()
  .transform(value => value ?? undefined);

export const pairField = z.object({
  key: textField,
  value: textField.nullish().transform(text => text ?? ''),
});

/** A repeated field: absent is empty, and a query string with one value has no list. */
export function listField<T extends z.ZodType>(item: T): z.ZodType<z.output<T>[]> {
  return z.preprocess(
    (value: unknown): unknown =>
      value === undefined || value === null ? [] : Array.isArray(value) ? value : [value],
    z.array(item),
  );
}

/** Throws MLflow's INVALID_PARAMETER_VALUE that names the field. */
export function readFields<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  const path = (issue?.path ?? [])
    .map(part => (typeof part === 'number' ? `[${part}]` : String(part)))
    .join('.');
  throw invalidValue(
    `Missing or invalid value for required parameter '${path.replaceAll('.[', '[')}': ${issue?.message ?? 'not readable'}. See the API docs for more information about request parameters.`,
  );
}
