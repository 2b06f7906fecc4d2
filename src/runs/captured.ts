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
  /** `likely`: found open by a process of the run; `ambiguous`: perhaps somebody else's, or only named to the command. */
  how: z.enum(['declared', 'seen', 'likely', 'ambiguous']).or(z.string()),
  size: z.number().optional(),
  /** Milliseconds since the epoch. */
  modifiedAt: z.number().optional(),
  /** Hex sha256 of the content; for a folder of its sorted listing. Absent when missing, unreadable or changed meanwhile. */
  sha256: z.string().optional(),
  /** It is a symbolic link with this text, which leads to a file of the repository; all else is said of that file. */
  link: z.string().optional(),
  /** True when the bytes are part of the code snapshot (tracked or untracked, not ignored). */
  inSnapshot: z.boolean().optional(),
  /** It was loaded as code: a module that git ignores, or one from outside the repository and of no environment. */
  code: z.boolean().optional(),
  /** Never counted in a verdict: logs, event files, caches. */
  volatile: z.boolean().optional(),
  problem: z.string().optional(),
  /**
   * The run wrote to it: size, time and hash are of what it held before. `append`: opened to be added to, `update`: to
   * be read and changed, `replace`: read, and then written anew. `append` of an `ambiguous` one: it was there before, and
   * nobody saw how it was written to.
   */
  opened: z.enum(['append', 'update', 'replace']).or(z.string()).optional(),
  /** Of a reproduction as it is judged: it was read in the workspace, not in the checkout. */
  inWorkspace: z.boolean().optional(),
  /** A declared output that lay there before and that the run did not write: size, time and hash are of what it left. */
  unwritten: z.boolean().optional(),
  /** Of a folder: whether its hash covers the contents of its files, or their names and sizes only. */
  hashOf: z.enum(['listing', 'contents']).or(z.string()).optional(),
});
export type FileUse = z.infer<typeof fileUseSchema>;

/** Something that was there before the run and that it did not read. */
export const presentFileSchema = z.looseObject({
  /** As of a {@link FileUse}. */
  path: z.string(),
  /** It is a folder: of it only the name is recorded. */
  folder: z.boolean().optional(),
  size: z.number().optional(),
  /** Milliseconds since the epoch. */
  modifiedAt: z.number().optional(),
});
export type PresentFile = z.infer<typeof presentFileSchema>;

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
  /** A library set it, on behalf of that line. */
  library: z.boolean().optional(),
  /** It was called with further values, which are not noted. */
  more: z.boolean().optional(),
  /** In a process that the program started to work beside it, as those that load data. */
  worker: z.boolean().optional(),
});
export type SeenSeed = z.infer<typeof seenSeedSchema>;

/** A file of an installed package whose content is not what its installer put there. */
export const editedPackageFileSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  /** Relative to the folder that the package is installed in, forward slashes. */
  path: z.string(),
  /** Hex. */
  sha256: z.string(),
});
export type EditedPackageFile = z.infer<typeof editedPackageFileSchema>;

export const capturedSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  hardware: knownSchema(hardwareSchema),
  /** Name of the list under `packages/`, its sha256. */
  packages: knownSchema(z.looseObject({ list: z.string(), count: z.int().nonnegative() })),
  /** Files of loaded packages that were edited where they are installed; absent where nobody looked. */
  editedPackages: z.array(editedPackageFileSchema).optional(),
  /** Editable installs repeated here, because they decide where code came from. */
  editable: z.array(packageSchema).default([]),
  /** Python modules really loaded from files outside the environment: name → absolute path. */
  modules: knownSchema(z.record(z.string(), z.string())),
  inputs: z.array(fileUseSchema),
  /** Starts of Python interpreters that were observed, the first one the command's own. */
  pythons: z.array(z.looseObject({ executable: z.string(), version: z.string() })).optional(),
  /** Names of programs that the observed ones started, and that nobody observed: what they read and wrote is not known. */
  children: z.array(z.string()).optional(),
  /** Files of the repository that were read and that hold secrets, so nothing but their path is recorded. */
  notKept: z.array(z.string()).optional(),
  /** Files that only exist in the container of the run and that it read or wrote there, as named there. */
  within: z.array(z.string()).optional(),
  /**
   * What the program found in folders whose entries it asked for, or beside folders that it numbered, and did not read;
   * sorted by path.
   */
  present: z.array(presentFileSchema).optional(),
  /** Folders whose entries it asked for and of which `present` does not tell; paths as of inputs. */
  listed: z.array(z.string()).optional(),
  /**
   * Other machines that it talked to and whose answers may have decided something: `data.example.org`, with the port where
   * it is not that of the web. What they answered is not recorded. Sorted.
   */
  hosts: z.array(z.string()).optional(),
  /** Some process opened more files than are noted. */
  incomplete: z.boolean().optional(),
  /** Of a reproduction: files of the workspace that a program tried to change. Absolute. */
  refused: z.array(z.string()).optional(),
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
