/**
 * What can be said of a reproduction before anything is spent: what of the run is here, can be had or is gone, how close
 * the result can get, and what it costs. Also the body of `lockstep reproduce --forecast --json`.
 */
import * as z from 'zod';
import { runIdSchema } from './plan.ts';
import { ingredientNameSchema, ingredientSchema } from './verdict.ts';

/**
 * `rebuildable`: not as it was, but made once more from a list; the result is compared with the list. `changed`: there
 * is a file of that name with another content, and what was recorded is nowhere.
 */
export const availabilitySchema = z.enum(['here', 'fetchable', 'rebuildable', 'changed', 'gone', 'unknown']);
export type Availability = z.infer<typeof availabilitySchema>;

/** Best first. */
export const closenessSchema = z.enum(['bit-identical', 'numerically-close', 'not-the-same-run']);
export type Closeness = z.infer<typeof closenessSchema>;

export const forecastItemSchema = z.looseObject({
  ingredient: ingredientNameSchema,
  /** One line: `snapshot of 3f2a91c + 2 files`, `data/images`, `image sha256:9c2d…`. */
  what: z.string(),
  availability: availabilitySchema,
  /** To fetch, to install, or to copy where it is here. */
  bytes: z.number().nonnegative().optional(),
  /** From where it comes: the name of a remote, a registry, the cache. */
  from: z.string().optional(),
  /** Why it is gone or unknown, one line. */
  reason: z.string().optional(),
  mend: z.string().optional(),
});
export type ForecastItem = z.infer<typeof forecastItemSchema>;

export const forecastLimitSchema = z.looseObject({
  ingredient: ingredientNameSchema,
  /** The best that this leaves possible. */
  closeness: closenessSchema,
  /** One sentence: `108 → 132 multiprocessors: cuBLAS gives no equal bits across them.` */
  text: z.string(),
});
export type ForecastLimit = z.infer<typeof forecastLimitSchema>;

export const forecastSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  runId: runIdSchema,
  /** ISO 8601, UTC. */
  at: z.string(),
  host: z.string(),
  closeness: closenessSchema,
  /** The first line of the page. */
  sentence: z.string(),
  items: z.array(forecastItemSchema),
  /** Why equal bits are possible and no more, or cannot be told by a verdict. */
  unproven: z.string().optional(),
  /** What keeps it from bit-identical, the strongest first; empty when nothing known does. */
  limits: z.array(forecastLimitSchema),
  /** What will cap the verdict, in the words a verdict would use. */
  caps: z.array(z.string()),
  /** The original beside this machine as it is now. */
  ingredients: z.array(ingredientSchema),
  /** Why it cannot start at all; empty when it can. */
  blockers: z.array(z.looseObject({ code: z.string(), message: z.string(), mend: z.string().optional() })),
  /** Where the command would run, one sentence. */
  environment: z.string(),
  duration: z
    .looseObject({
      ms: z.number().nonnegative(),
      basis: z.enum(['original', 'reproductions']).or(z.string()),
    })
    .optional(),
  /** What making or fetching the environment took here the last time; absent where it is here, or nobody knows. */
  preparation: z.looseObject({ ms: z.number().nonnegative() }).optional(),
  disk: z.looseObject({
    /** Bytes that the checkout, data and environment take beside what is here. */
    needed: z.number().nonnegative(),
    free: z.number().nonnegative().optional(),
  }),
  /** Bytes over the network. */
  fetch: z.number().nonnegative(),
  /** Ways in which code from the workspace could get in, found before the start. */
  escapes: z.array(z.string()).default([]),
  /** Names of variables that lead into the workspace and will lead into the private checkout. */
  moved: z.array(z.string()).optional(),
  /** What would keep the workspace as it is: the system's mounts, Python's own hook (for Python programs alone), a container. */
  readOnlyBy: z.enum(['system', 'python', 'container']).or(z.string()).optional(),
});
export type Forecast = z.infer<typeof forecastSchema>;
