/**
 * A container engine that answered, and all that others need to talk to it: by API (engineClient.ts) or through its
 * own program (`docker`, `podman`), which builds and `devcontainer` go through.
 */

export type EngineKind = 'docker' | 'podman';

/** What named the engine, in the order in which it is looked for. */
export type EngineSource =
  'setting' | 'DOCKER_HOST' | 'DOCKER_CONTEXT' | 'context' | 'CONTAINER_HOST' | 'socket' | 'program';

export interface CdiDevice {
  /** Fully qualified: `nvidia.com/gpu=0`. */
  readonly id: string;
}

/** Facts of the engine's host that decide how a GPU is passed and what can be mounted. */
export interface EngineFacts {
  /** `linux`, `windows`. */
  readonly osType: string;
  /** `Docker Desktop`, `Debian GNU/Linux 12 (bookworm)`. */
  readonly operatingSystem: string;
  readonly kernel: string;
  readonly rootless: boolean;
  readonly selinux: boolean;
  readonly cgroupVersion?: string;
  readonly cgroupDriver?: string;
  /** Names of the configured OCI runtimes. */
  readonly runtimes: readonly string[];
  readonly defaultRuntime?: string;
  /** CDI devices the engine itself lists (Docker 28.2 and newer). */
  readonly discoveredDevices: readonly CdiDevice[];
  readonly cdiSpecDirs: readonly string[];
  /** Where the engine keeps images, on its own host. */
  readonly root?: string;
}

export interface Engine {
  readonly kind: EngineKind;
  readonly source: EngineSource;
  /** `unix:///run/docker.sock`, `tcp://…`, `npipe://…`. */
  readonly endpoint: string;
  /** The engine's client program; absolute, or a name on PATH. */
  readonly program: string;
  /** What the program needs in its environment to reach this engine: DOCKER_HOST and the like. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the engine: `27.3.1`. */
  readonly version: string;
  /** Of the Docker API it speaks: `1.47`. */
  readonly apiVersion: string;
  /** Whether it runs in Docker Desktop's virtual machine, which has no GPU on Linux and macOS. */
  readonly desktop: boolean;
  /** Not on this machine: paths of this machine mean nothing to it, and local GPUs say nothing about it. */
  readonly remote: boolean;
  readonly facts: EngineFacts;
}

/** Why there is no engine to use, in words a person can act on. */
export interface EngineProblem {
  readonly code: 'engine-missing' | 'engine-stopped' | 'engine-not-permitted' | 'engine-unusable';
  readonly message: string;
  /** One imperative sentence, with the command where there is one. */
  readonly mend: string;
}

export type EngineFinding =
  { readonly engine: Engine } | { readonly engine?: undefined; readonly problem: EngineProblem };
