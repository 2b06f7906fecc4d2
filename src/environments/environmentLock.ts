/**
 * The environment lock: the file that says exactly which environment it was. One schema for devcontainers
 * (`.devcontainer/lockstep-lock.json`) and for managed Python environments (`lockstep-lock.json` beside the project's
 * own files), so that verify and drift mean the same for both. Keys are sorted when written; unknown ones are kept.
 */
import * as z from 'zod';

export const lockVersion = 1;

export const devcontainerLockPath = '.devcontainer/lockstep-lock.json';
export const pythonLockPath = 'lockstep-lock.json';

/** `sha256:<hex>`. */
export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const lockedPackageSchema = z.looseObject({
  /** Normalised by PEP 503 for Python. */
  name: z.string(),
  version: z.string(),
  /** `sha256:<hex>` of the files that may be installed; absent where nobody knows. */
  hashes: z.array(z.string()).optional(),
  /** Where it came from when not from the index: a VCS or file URL, without credentials. */
  url: z.string().optional(),
  editable: z.boolean().optional(),
  /** Conda: build string and channel. */
  build: z.string().optional(),
  channel: z.string().optional(),
  /** `sha256:<hex>` over the installed files, as their installer recorded them: equal for equal wheels. */
  contents: z.string().optional(),
  /** The program of version control where it came from one; `url` ends with `@<commit>`. */
  vcs: z.string().optional(),
  /** Of the repository or archive that `url` names. */
  subdirectory: z.string().optional(),
  /** Editable: the folder that code is imported from, relative to the project. */
  location: z.string().optional(),
  /** `conda` where conda put it there. */
  installer: z.string().optional(),
});
export type LockedPackage = z.infer<typeof lockedPackageSchema>;

export const lockedPythonSchema = z.looseObject({
  /** `3.12.3`. */
  version: z.string(),
  implementation: z.string().optional(),
  /** `uv`, `venv`, `conda`, `pixi`, `system`: what made the environment. */
  manager: z.string(),
  platform: z.string().optional(),
  packages: z.array(lockedPackageSchema),
});
export type LockedPython = z.infer<typeof lockedPythonSchema>;

/** What the frameworks say of themselves: `torch` → `2.9.0`, `torch.cuda` → `13.0`. */
export const probeSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

export const lockedHostSchema = z.looseObject({
  driver: z.string().optional(),
  maxCuda: z.string().optional(),
  gpus: z.array(
    z.looseObject({
      name: z.string(),
      computeCapability: z.string().optional(),
      memory: z.number().optional(),
    }),
  ),
  kernel: z.string().optional(),
  engine: z.string().optional(),
  engineVersion: z.string().optional(),
});

export const lockedContainerSchema = z.looseObject({
  /** The devcontainer.json, relative to the project, forward slashes. */
  config: z.string(),
  /** Every file that went in: path relative to the project → sha256. */
  files: z.record(z.string(), digestSchema),
  /** Images the build starts from: as written, and what it was. */
  base: z.array(
    z.looseObject({
      ref: z.string(),
      digest: digestSchema.optional(),
      platform: z.string().optional(),
      /** Where only this machine's engine has it: no registry can give it again. */
      localId: digestSchema.optional(),
    }),
  ),
  features: z
    .looseObject({
      /** Relative to the project. */
      lockfile: z.string(),
      sha256: digestSchema,
      /** Feature as devcontainer.json names it → digest. */
      digests: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
  image: z.looseObject({
    /** Of the image's configuration. */
    id: digestSchema,
    /** Where it can be pulled from: `repo@sha256:…`. */
    repoDigests: z.array(z.string()).default([]),
    layers: z.array(z.string()).default([]),
    environment: z.record(z.string(), z.string()).default({}),
    user: z.string().optional(),
    /** Long ones as `sha256:<hex>`. */
    labels: z.record(z.string(), z.string()).default({}),
  }),
  runtime: z.looseObject({
    /** `docker`, `podman`: their defaults differ. */
    engine: z.string().optional(),
    /** `none`, or how it was passed. */
    gpu: z.string(),
    /** Bytes. */
    shmSize: z.number().optional(),
    ipc: z.string().optional(),
    network: z.string().optional(),
    capAdd: z.array(z.string()).default([]),
    ulimits: z.array(z.string()).default([]),
  }),
  /** Debian packages: sorted `name=version`. */
  dpkg: z.array(z.string()).optional(),
});
export type LockedContainer = z.infer<typeof lockedContainerSchema>;

export const environmentLockSchema = z.looseObject({
  lockVersion: z.int().positive(),
  kind: z.enum(['devcontainer', 'python']).or(z.string()),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  toolVersion: z.string(),
  container: lockedContainerSchema.optional(),
  python: lockedPythonSchema.optional(),
  probe: probeSchema.default({}),
  host: lockedHostSchema.optional(),
});
export type EnvironmentLock = z.infer<typeof environmentLockSchema>;

/** One difference between an environment and its lock. */
export interface DriftItem {
  /** `config`, `base`, `features`, `image`, `runtime`, `dpkg`, `python`, `packages`, `probe`, `host`. */
  readonly part: string;
  /** What differs: a file, a package, a setting. */
  readonly name: string;
  readonly locked: string | undefined;
  readonly now: string | undefined;
  /** `must-match` makes it drift; `informational` is told only (host facts). */
  readonly weight: 'must-match' | 'informational';
  /** Whose doing it most likely was, in a few words: `edited`, `installed by hand`, `tag moved`. */
  readonly cause: string;
}

export interface DriftReport {
  /** `unknown`: a tier could not be looked at; `problems` says why. */
  readonly verdict: 'clean' | 'drifted' | 'unlocked' | 'unknown';
  /** sha256 of the lock file's bytes. */
  readonly lock?: string;
  readonly items: readonly DriftItem[];
  /** Tiers looked at, cheap first: `files`, `container`, `packages`, `registry`. */
  readonly tiers: readonly string[];
  readonly problems: readonly string[];
}
