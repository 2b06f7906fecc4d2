/** `captured.json`: what takes too long to know before the start. Written once, beside or right after the run. */
import * as z from 'zod';
import { knownSchema } from './knownSchema.ts';

export const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  /** Where an editable or direct install leads, from direct_url.json, credentials removed. */
  url: z.string().optional(),
  editable: z.boolean().optional(),
  /** For an editable install: the folder code is imported from, absolute. */
  location: z.string().optional(),
  /** `sha256:<hex>` of the archives it may have been installed from, where that is known. */
  hashes: z.array(z.string()).optional(),
  /** `sha256:<hex>` over the installed files as the installer recorded them: equal for equal wheels. */
  contents: z.string().optional(),
  /** For what came from version control: its program; `url` ends with `@<commit>`. */
  vcs: z.string().optional(),
  /** Of the repository or archive. */
  subdirectory: z.string().optional(),
  /** Of a conda package: build string and channel. */
  build: z.string().optional(),
  channel: z.string().optional(),
  /** `conda` where conda put a Python package there; pip and uv are not told apart. */
  installer: z.string().optional(),
});
export type Package = z.infer<typeof packageSchema>;

/** `packages/<hash>.json`: a package list, stored once for all runs that have it. Sorted by name. */
export const packageListSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  packages: z.array(packageSchema),
});

export const gpuSchema = z.looseObject({
  name: z.string(),
  /** Bytes. */
  memory: z.number().optional(),
  computeCapability: z.string().optional(),
  driver: z.string().optional(),
  vendor: z.string().optional(),
});

export const hardwareSchema = z.looseObject({
  os: z.string(),
  kernel: z.string().optional(),
  libc: z.string().optional(),
  cpuModel: z.string().optional(),
  cpuFlags: z.array(z.string()).optional(),
  logicalCores: z.int().optional(),
  /** Bytes. */
  memory: z.number().optional(),
  gpus: z.array(gpuSchema),
  driver: z.string().optional(),
  cuda: z.string().optional(),
});
export type Hardware = z.infer<typeof hardwareSchema>;

/** A file that the run read or wrote. */
export const fileUseSchema = z.looseObject({
  /** Relative to the repository root where below it (forward slashes), else absolute. */
  path: z.string(),
  how: z.enum(['declared', 'seen', 'ambiguous']).or(z.string()),
  size: z.number().optional(),
  /** Milliseconds since the epoch. */
  modifiedAt: z.number().optional(),
  /** Hex sha256 of the content; for a folder of its sorted listing. Absent when missing, unreadable or changed meanwhile. */
  sha256: z.string().optional(),
  /** True when the bytes are part of the code snapshot (tracked or untracked, not ignored). */
  inSnapshot: z.boolean().optional(),
  /** Never counted in a verdict: logs, event files, caches. */
  volatile: z.boolean().optional(),
  problem: z.string().optional(),
  /** Of a folder: whether its hash covers the contents of its files, or their names and sizes only. */
  hashOf: z.enum(['listing', 'contents']).or(z.string()).optional(),
});
export type FileUse = z.infer<typeof fileUseSchema>;

export const gapHashSchema = z.looseObject({
  /** As the plan's gap has it. */
  path: z.string(),
  /** Hex sha256 of the content at the time of the snapshot. Absent when it could not be told; then `problem` says why. */
  sha256: z.string().optional(),
  problem: z.string().optional(),
});
export type GapHash = z.infer<typeof gapHashSchema>;

/** A call that fixed a seed, or started at random. */
export const seenSeedSchema = z.looseObject({
  /** As the library names it: `numpy.random.seed`. */
  call: z.string(),
  /** In words, as Python writes it; null for a random start; absent with `more`. */
  value: z.string().nullable().optional(),
  /** Of the program's line that first called with it; relative to the repository root where below it. */
  file: z.string().optional(),
  line: z.int().optional(),
  /** It was called with further values, which are not noted. */
  more: z.boolean().optional(),
});
export type SeenSeed = z.infer<typeof seenSeedSchema>;

export const capturedSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  hardware: knownSchema(hardwareSchema),
  /** Name of the list under `packages/`, its sha256. */
  packages: knownSchema(z.looseObject({ list: z.string(), count: z.int().nonnegative() })),
  /** Editable installs repeated here, because they decide where code came from. */
  editable: z.array(packageSchema).default([]),
  /** Python modules really loaded from files outside the environment: name → absolute path. */
  modules: knownSchema(z.record(z.string(), z.string())),
  inputs: z.array(fileUseSchema),
  /** Starts of Python interpreters that were observed, the first one the command's own. */
  pythons: z.array(z.looseObject({ executable: z.string(), version: z.string() })).optional(),
  /** Files that only exist in the container of the run and that it read or wrote there, as named there. */
  within: z.array(z.string()).optional(),
  /** Some process opened more files than are noted. */
  incomplete: z.boolean().optional(),
  /** Files that the snapshot lists without a hash, hashed beside the run. */
  gaps: z.array(gapHashSchema).optional(),
  /** `own-server`: the program told MLflow itself to log elsewhere, so nothing of it arrived here. */
  mlflow: z.enum(['own-server']).or(z.string()).optional(),
  /** Settings read from the libraries a program had loaded, at its end: `torch.deterministic_algorithms` → true. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  /** Seeds that were seen being set, each call and value once; absent where no program could be observed. */
  seeds: z.array(seenSeedSchema).optional(),
});
export type Captured = z.infer<typeof capturedSchema>;
