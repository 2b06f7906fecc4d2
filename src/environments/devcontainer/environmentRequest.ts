/** What every action on a devcontainer is given. */
import type { Engine } from '../engine/engine.ts';
import type { DevcontainerConfig } from './devcontainerSchema.ts';
import type { EnvironmentFolder } from './environmentFolder.ts';
import type { OnProgress } from './environmentProgress.ts';
import type { GpuChoice } from './gpuRequest.ts';
import type { Devcontainer } from './readDevcontainer.ts';

export interface EnvironmentRequest {
  /** The project's root, absolute. */
  readonly root: string;
  readonly engine: Engine;
  /** Of the product. */
  readonly cacheFolder: string;
  /** The environment that programs are started from. */
  readonly variables: NodeJS.ProcessEnv;
  /** Chooses where a project has several devcontainers. */
  readonly config?: string | undefined;
  /** This person's choice of GPUs on this machine. */
  readonly gpus?: GpuChoice | undefined;
  /** sha256 (hex) of the environment lock, where there is one. */
  readonly lock?: string | undefined;
  /**
   * Asked when a container has to be made: what to make it from instead of what devcontainer.json says, for the same
   * files (the locked image, a pinned build); undefined for the files themselves.
   */
  readonly startFrom?:
    | ((devcontainer: Devcontainer, folder: EnvironmentFolder) => Promise<DevcontainerConfig | undefined>)
    | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}
