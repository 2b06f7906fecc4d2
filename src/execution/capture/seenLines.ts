/** The lines that the Python hook writes (`seen.jsonl`), one fact each; pythonHook/sitecustomize.py has their words. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';

const lineSchema = z.discriminatedUnion('k', [
  z.looseObject({
    k: z.literal('start'),
    pid: z.number(),
    exe: z.string().nullable(),
    version: z.string(),
    implementation: z.string(),
    prefix: z.string(),
    base: z.string(),
    path: z.array(z.string()),
    seeds: z.boolean().optional(),
  }),
  z.looseObject({ k: z.literal('r'), p: z.string(), s: z.number(), m: z.number(), t: z.number().optional() }),
  z.looseObject({ k: z.enum(['w', 'rw']), p: z.string(), f: z.string().optional() }),
  z.looseObject({ k: z.enum(['l', 'link']), p: z.string() }),
  z.looseObject({ k: z.literal('d'), p: z.string(), made: z.boolean() }),
  z.looseObject({
    k: z.literal('code'),
    p: z.string(),
    s: z.number().optional(),
    m: z.number().optional(),
    t: z.number().optional(),
  }),
  z.looseObject({
    k: z.literal('b'),
    p: z.string(),
    s: z.number(),
    m: z.number(),
    how: z.enum(['append', 'update', 'replace']),
    c: z
      .string()
      .regex(/^\d+-\d+$/)
      .optional(),
  }),
  z.looseObject({ k: z.literal('held'), pid: z.number() }),
  z.looseObject({
    k: z.literal('end'),
    pid: z.number().optional(),
    modules: z.record(z.string(), z.string()),
    packages: z.array(z.string()).optional(),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  }),
  z.looseObject({ k: z.literal('mlflow') }),
  z.looseObject({ k: z.literal('limit') }),
  z.looseObject({ k: z.literal('seedless') }),
  z.looseObject({
    k: z.literal('child'),
    p: z.string().optional(),
    w: z.string().optional(),
    n: z.boolean().optional(),
  }),
  z.looseObject({ k: z.literal('refused'), p: z.string() }),
  z.looseObject({ k: z.literal('host'), h: z.string(), p: z.int().min(1).max(65_535) }),
  z.looseObject({
    k: z.literal('seed'),
    c: z.string(),
    v: z.string().nullable().optional(),
    f: z.string().optional(),
    n: z.int().optional(),
    lib: z.boolean().optional(),
    more: z.boolean().optional(),
    w: z.boolean().optional(),
  }),
]);
export type SeenLine = z.infer<typeof lineSchema>;

/** In the order they were written; torn and foreign ones are left out. A missing file has none. Rejects when aborted. */
export async function* seenLines(path: string, signal: AbortSignal | undefined): AsyncGenerator<SeenLine> {
  for await (const text of textsOf(path, signal)) {
    const line = parseLine(text);
    if (line !== undefined) yield line;
  }
}

async function* textsOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const stream = createReadStream(path, { encoding: 'utf8', ...(signal === undefined ? {} : { signal }) });
  try {
    yield* createInterface({ input: stream, crlfDelay: Infinity });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
}

function parseLine(text: string): SeenLine | undefined {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
