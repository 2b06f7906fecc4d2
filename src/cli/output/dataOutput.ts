/** What the data commands print with `--json`: the results of `src/data/operations`, with the root that paths start from. */
import * as z from 'zod';

const head = { schemaVersion: z.literal(1), root: z.string() };

const problem = z.object({ path: z.string(), what: z.string() });
const amount = z.object({ files: z.number(), bytes: z.number() });
const lack = z.object({ files: z.number(), bytes: z.number().optional() });

const troubled = z.object({
  path: z.string(),
  /** `md5:<hex>[.dir]`, `md5-dos2unix:<hex>[.dir]` or `sha256:<hex>`. */
  object: z.string(),
  size: z.number().optional(),
  trouble: z.enum(['not-in-cache', 'not-in-remote', 'failed', 'corrupt', 'refused']),
  detail: z.string().optional(),
});

export const dataStatusOutputSchema = z.object({
  ...head,
  inSync: z.boolean(),
  paths: z.array(
    z.object({
      path: z.string(),
      kind: z.enum(['dvc', 'lfs']),
      pinFile: z.string(),
      stage: z.string().optional(),
      folder: z.boolean(),
      state: z.enum(['in-sync', 'modified', 'missing', 'partly', 'unpinned']),
      pinned: z.string().optional(),
      current: z.string().optional(),
      size: z.number().optional(),
      files: z.number().optional(),
      /** `atMost`: the listing of the folder is not here either, and some of its files may be. */
      notInCache: lack.extend({ atMost: z.literal(true).optional() }).optional(),
      notInRemote: lack.optional(),
      notSelected: z.boolean().optional(),
      /** Objects of the cache that were changed through links of this path. */
      damaged: z.array(z.string()).optional(),
      changes: z
        .object({
          ...{ added: z.number(), modified: z.number(), deleted: z.number() },
          files: z.array(z.object({ path: z.string(), change: z.enum(['added', 'modified', 'deleted']) })),
        })
        .optional(),
    }),
  ),
  problems: z.array(problem),
});

export const dataPinOutputSchema = z.object({
  ...head,
  pinned: z.array(
    z.object({
      path: z.string(),
      pinFile: z.string(),
      stage: z.string().optional(),
      object: z.string(),
      folder: z.boolean(),
      size: z.number(),
      files: z.number(),
      change: z.enum(['new', 'changed', 'same']),
    }),
  ),
  initialised: z.string().optional(),
  toStage: z.array(z.string()),
  staged: z.boolean(),
  notes: z.array(problem),
  problems: z.array(problem),
  /** Of an import: the commit that it is from. */
  revisionLock: z.string().optional(),
  /** Of an import: what could not be had. */
  missing: z.array(troubled).optional(),
});

const checkout = {
  added: z.array(z.string()),
  modified: z.array(z.string()),
  deleted: z.array(z.string()),
  unchanged: z.number(),
  notSelected: z.number(),
  /** After --only: pinned paths that were not chosen and are still on disk. */
  stillThere: z.array(z.string()).optional(),
  placed: amount,
  kept: z.array(
    z.object({ path: z.string(), output: z.string(), what: z.enum(['modified', 'added', 'type-changed']) }),
  ),
  missing: z.array(troubled),
  problems: z.array(problem),
};
export const dataCheckoutOutputSchema = z.object({ ...head, ...checkout });

const transfer = {
  moved: amount,
  present: amount,
  /** Of a fetch: what the cache held in a damaged form; `keptAs` is the file that has that now. */
  replaced: z.array(z.object({ path: z.string(), object: z.string(), keptAs: z.string() })),
  missing: z.array(troubled),
  problems: z.array(problem),
};
export const dataTransferOutputSchema = z.object({ ...head, ...transfer });

export const dataPullOutputSchema = z.object({
  ...head,
  fetch: z.object(transfer),
  checkout: z.object(checkout),
});

const version = z.object({
  object: z.string(),
  size: z.number().optional(),
  files: z.number().optional(),
  inCache: z.boolean(),
});

export const dataDiffOutputSchema = z.object({
  ...head,
  from: z.string(),
  to: z.string().optional(),
  changes: z.array(
    z.object({
      change: z.enum(['added', 'modified', 'deleted', 'renamed']),
      path: z.string(),
      oldPath: z.string().optional(),
      folder: z.boolean(),
      output: z.string(),
      from: version.optional(),
      to: version.optional(),
    }),
  ),
  problems: z.array(problem),
});

export const dataGarbageOutputSchema = z.object({
  ...head,
  dryRun: z.boolean(),
  cache: amount,
  remote: amount.optional(),
  kept: amount,
  looked: z.object({
    commits: z.number(),
    worktrees: z.number(),
    snapshots: z.number(),
    runs: z.number(),
  }),
  objects: z.array(z.object({ object: z.string(), size: z.number(), where: z.string() })),
  notes: z.array(problem),
  problems: z.array(problem),
});
