/**
 * `plan.json`: what must be known before the start of a run. Written by the supervisor before the command is
 * spawned, then never again. Unknown fields are kept, so that a newer writer costs an older reader nothing.
 */
import * as z from 'zod';
import { knownSchema } from './knownSchema.ts';

export const planVersion = 1;

/** ULID, Crockford base32, upper case: 10 characters of time, 16 of chance. */
export const runIdSchema = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/);

/** Anything JSON can say about a parameter. Command-line values are typed as YAML 1.2 core would: 0.1 is a number. */
export const parameterValueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type ParameterValue = z.infer<typeof parameterValueSchema>;

export const parameterSchema = z.looseObject({
  value: parameterValueSchema,
  /** `argument`: from argv; `file`: from a parameters file; `reported`: printed by the script. */
  source: z.enum(['argument', 'file', 'reported']).or(z.string()),
  /** For `argument` the index in argv that holds the value; for `file` the path relative to the repository root. */
  argvIndex: z.int().nonnegative().optional(),
  path: z.string().optional(),
});
export type Parameter = z.infer<typeof parameterSchema>;

/** A part of the working tree that the snapshot tree does not hold exactly. */
export const snapshotGapSchema = z.looseObject({
  /** Relative to the repository root, forward slashes. */
  path: z.string(),
  reason: z
    .enum([
      'nested-repository',
      'filtered',
      'over-limit',
      'unreadable',
      'unmerged',
      'special-file',
      'changed-meanwhile',
    ])
    .or(z.string()),
  size: z.number().optional(),
  /** Milliseconds since the epoch; with `size`, what tells later whether a file without a hash is still the same. */
  modifiedAt: z.number().optional(),
  /** Absent where hashing would have delayed the start; `gaps` of the captured values may have it. */
  sha256: z.string().optional(),
  /** Where under the run folder the raw bytes are kept, when they are. */
  heldAs: z.string().optional(),
  /** Blob that holds the bytes as they were on disk, kept from collection with the snapshot. */
  blob: z.string().optional(),
  /** Base64 of the path where it is not valid UTF-8; `path` is then only for reading. */
  pathBytes: z.string().optional(),
});
export type SnapshotGap = z.infer<typeof snapshotGapSchema>;

export const submoduleSnapshotSchema = z.looseObject({
  path: z.string(),
  url: z.string().optional(),
  /** The commit checked out in the submodule. */
  head: z.string(),
  /** The tree of its working files, kept in the submodule's own object store. */
  tree: z.string(),
  dirty: z.boolean(),
  headCommitText: z.string().optional(),
  headCommitBase64: z.string().optional(),
  settings: z.record(z.string(), z.string()).optional(),
  /** Its git folder relative to the common folder of the outermost repository, forward slashes; absolute where outside. */
  gitDir: z.string().optional(),
  headTree: z.string().optional(),
  heldTree: z.string().optional(),
  /** Those of its gaps whose bytes are held; the others are listed with the outermost repository's. */
  gaps: z.array(snapshotGapSchema).optional(),
  pathBytes: z.string().optional(),
});
export type SubmoduleSnapshot = z.infer<typeof submoduleSnapshotSchema>;

export const codeSchema = z.looseObject({
  /** Root commits of HEAD's history, sorted: what identifies a repository wherever it is cloned. */
  rootCommits: z.array(z.string()),
  /** Remote name → URL without user, password or token. */
  remotes: z.record(z.string(), z.string()),
  /** Absent on an unborn branch. */
  head: z.string().optional(),
  /** The raw text of the HEAD commit object, so that it can be made again after it is collected. */
  headCommitText: z.string().optional(),
  /** The same, where the commit object is not valid UTF-8. */
  headCommitBase64: z.string().optional(),
  /** Tree of HEAD; kept from collection beside the snapshot. */
  headTree: z.string().optional(),
  /** Absent when HEAD is detached. */
  branch: z.string().optional(),
  /** Whether HEAD was reachable from a remote-tracking branch. */
  headOnRemote: knownSchema(z.boolean()),
  /** Tree object of the working files as they ran. */
  tree: z.string(),
  /** Tree of the blobs that gaps name, kept beside the snapshot. */
  heldTree: z.string().optional(),
  /** Files that differ between HEAD and the snapshot, at most 1,000 of them; `changedCount` is the true number. */
  changed: z.array(z.looseObject({ path: z.string(), status: z.string() })),
  changedCount: z.int().nonnegative(),
  gaps: z.array(snapshotGapSchema),
  submodules: z.array(submoduleSnapshotSchema),
  /** Git settings that change the bytes of a checkout, as they were: core.autocrlf, core.eol, core.filemode, core.symlinks. */
  settings: z.record(z.string(), z.string()),
});
export type Code = z.infer<typeof codeSchema>;

export const interpreterSchema = z.looseObject({
  /** As it was started: for a virtual environment the path inside it. Absolute. */
  path: z.string(),
  realPath: z.string().optional(),
  version: z.string().optional(),
  implementation: z.string().optional(),
  /** sys.prefix of the environment, absolute. */
  prefix: z.string().optional(),
});

export const variableSchema = z.union([
  /** Outside the allow-list: only a hash keyed by a secret of this store, to tell "same" from "different". The common one. */
  z.looseObject({ keyedHash: z.string() }),
  z.looseObject({ value: z.string() }),
]);

/** A path whose content a pin in git names (DVC or Git LFS). */
export const pinnedPathSchema = z.looseObject({
  /** Relative to the repository root, forward slashes. */
  path: z.string(),
  /** What the pin names: `md5:<hex>`, with `.dir` behind it for a folder, or `sha256:<hex>`. */
  object: z.string(),
  /** The `.dvc` or `dvc.yaml` file, relative to the root. */
  pinFile: z.string().optional(),
  /** Bytes, as the pin says. */
  size: z.number().optional(),
  /** `captured`: the working tree held just this. `declared`: the pin says so, nobody looked. */
  known: z.enum(['captured', 'declared']).or(z.string()),
});
export type PinnedPath = z.infer<typeof pinnedPathSchema>;

export const originSchema = z.looseObject({
  kind: z.enum(['mlruns', 'mlflow.db', 'tensorboard', 'dvclive', 'wandb']).or(z.string()),
  /** What was imported, absolute, as it was then. */
  path: z.string(),
  /** What names the run in its source: an MLflow run id, a folder below the log folder. */
  id: z.string(),
  /** Tells whether the source has changed since: importing again then renews the record. */
  fingerprint: z.string().optional(),
  importedAt: z.string(),
});
export type Origin = z.infer<typeof originSchema>;

/** Where a run executed, and exactly which environment that was. */
export const environmentIdentitySchema = z.looseObject({
  kind: z.enum(['host', 'python', 'devcontainer']).or(z.string()),
  /** sha256 of the environment lock's bytes, where there is one. */
  lock: z.string().optional(),
  /** Whether the environment was as its lock says; `unknown` where that could not be told in time. */
  drift: z.enum(['clean', 'drifted', 'unlocked', 'unknown']).or(z.string()).optional(),
  /** The first differences in words, at most 20. */
  driftItems: z.array(z.string()).optional(),
  container: z
    .looseObject({
      engine: z.enum(['docker', 'podman']).or(z.string()),
      engineVersion: z.string().optional(),
      id: z.string(),
      name: z.string().optional(),
      /** Configuration digest: `sha256:…`. */
      imageId: z.string(),
      /** Of its layers as the engine keeps them. */
      imageBytes: z.number().nonnegative().optional(),
      /** `repo@sha256:…`, from where it can be had again. */
      repoDigests: z.array(z.string()).default([]),
      user: z.string().optional(),
      /** Where the project's root is mounted inside. */
      workspaceFolder: z.string(),
      /** As the container was made from it: `python:3.12`. */
      image: z.string().optional(),
      /** How the engine was reached. */
      endpoint: z.string().optional(),
      mounts: z.array(z.looseObject({ type: z.string(), source: z.string(), target: z.string() })).optional(),
      /** PATH of commands inside. */
      searchPath: z.string().optional(),
      /** Settings of the container that decide what a program can use, by the names of the engine's API. */
      passed: z.record(z.string(), z.unknown()).optional(),
      /** GPUs as they were passed, in words. */
      gpu: z.string().optional(),
      network: z.string().optional(),
      /** Proves to the store that recorded the run that nobody else wrote what this asks of an engine. */
      mark: z.string().optional(),
    })
    .optional(),
  /** A managed Python environment: the folder it was built in, absolute. */
  python: z
    .looseObject({
      folder: z.string(),
      interpreter: z.string().optional(),
      /** Folders of the project that hold editable packages, put on PYTHONPATH; absolute. */
      folders: z.array(z.string()).default([]),
      /** Name of the captured list of packages that it was made from once more, for a reproduction. */
      rebuiltFrom: z.string().optional(),
    })
    .optional(),
});
export type EnvironmentIdentity = z.infer<typeof environmentIdentitySchema>;

export const planSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  id: runIdSchema,
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  toolVersion: z.string(),
  name: z.string().optional(),
  tags: z.array(z.string()).default([]),
  /** Name of the experiment in lockstep.yaml that this run belongs to. */
  experiment: z.string().optional(),
  /** Name of the machine, so that a list need not open process.json too. */
  host: z.string().optional(),
  /** Absolute path of the repository (or project folder outside git) at the time of the run. */
  root: z.string(),
  /** Relative to `root`, forward slashes, '' for the root itself. */
  cwd: z.string(),
  /**
   * The command, one word an entry, as it was asked for; secrets replaced by `${ENV:NAME}` or `<secret>`. Empty only
   * where the run was imported and its source does not know it.
   */
  argv: z.array(z.string()),
  /** Indexes into argv whose text was replaced because it looked like a secret. */
  secretArguments: z.array(z.int()).default([]),
  stdin: z.enum(['empty', 'stored', 'terminal']).or(z.string()),
  tty: z.boolean(),
  environment: environmentIdentitySchema,
  interpreter: knownSchema(interpreterSchema),
  code: knownSchema(codeSchema),
  parameters: z.record(z.string(), parameterSchema),
  seed: knownSchema(parameterValueSchema),
  /** Allow-listed environment variables by value, the others by keyed hash. */
  variables: z.record(z.string(), variableSchema),
  /** Of a run that was shared: variables outside the allow-list, which only their own store can compare, were left out. */
  hiddenVariables: z.enum(['not-shared']).or(z.string()).optional(),
  timeZone: z.string().optional(),
  locale: z.string().optional(),
  /** Declared with --input/--output or in lockstep.yaml, relative to the root where below it, else absolute. */
  declaredInputs: z.array(z.string()).default([]),
  declaredOutputs: z.array(z.string()).default([]),
  /** Outputs to pin when it has finished: true for those declared (else those seen), or paths relative to the root. */
  pinOutputs: z.union([z.boolean(), z.array(z.string())]).optional(),
  /** Pinned data of the working tree at the start, at most 1,000 of them: what the run could read. */
  pins: z.array(pinnedPathSchema).optional(),
  /** Whether `key: value` lines on standard output become metrics in this run. */
  metricLines: z.boolean().default(false),
  /** What of a JSON line is a metric: absent for single numbers alone, 2 for numbers as text and in arrays as well. */
  lineRules: z.int().optional(),
  /** The run this one reproduces or reruns with changes. */
  reproduces: runIdSchema.optional(),
  /** Of a reproduction that attests nothing: half of a determinism probe, or a trial to find a cause. */
  purpose: z.enum(['probe', 'trial']).or(z.string()).optional(),
  rerunOf: runIdSchema.optional(),
  /** The run whose command logged this one: a child run has no process of its own (a nested MLflow run, a trial). */
  parent: runIdSchema.optional(),
  /** Where an imported run came from; such a record is somebody's word, so what it says is `declared`. */
  origin: originSchema.optional(),
  /**
   * Whether what the program logs with MLflow arrives here: `endpoint`, or `own-server` where a tracking URI was set
   * already, so that nothing is mirrored.
   */
  mlflow: z.enum(['endpoint', 'own-server']).or(z.string()).optional(),
});
export type Plan = z.infer<typeof planSchema>;
