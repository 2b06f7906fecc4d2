/** What accelerators a machine has and what stands between them and a container. */

export type GpuVendor = 'nvidia' | 'amd' | 'intel';

export interface MigDevice {
  /** `MIG-…`. */
  readonly uuid: string;
  /** `1g.10gb`. */
  readonly profile: string;
}

export interface HostGpu {
  readonly vendor: GpuVendor;
  /** As the driver counts, from 0. */
  readonly index: number;
  /** `NVIDIA H200`. */
  readonly name: string;
  /** `GPU-…`; for AMD the unique id, where the driver tells one. */
  readonly uuid?: string;
  readonly busId?: string;
  /** Bytes. */
  readonly memory?: number;
  /** Bytes in use now. */
  readonly memoryUsed?: number;
  /** 0 to 100. */
  readonly utilisation?: number;
  /** `9.0`. */
  readonly computeCapability?: string;
  /** `nvidia`, `tesla`, `geforce`, … as NVIDIA_REQUIRE_* knows brands, lower case. */
  readonly brand?: string;
  /** Whether MIG mode is on; then only `migDevices` can be used. */
  readonly mig?: boolean;
  readonly migDevices?: readonly MigDevice[];
  /** Device nodes of this GPU for engines that get devices one by one: `/dev/dri/renderD128`. */
  readonly nodes?: readonly string[];
  /** Of its own driver, where there is one: `570.124.06`, `6.10.5`. */
  readonly driver?: string;
  readonly ecc?: boolean;
  /** Part of the processor: it draws the screen and counts as a GPU for training only when asked for by name. */
  readonly integrated?: boolean;
}

export interface GpuHost {
  readonly gpus: readonly HostGpu[];
  /** Of NVIDIA, else of AMD: `570.124.06`. */
  readonly driver?: string;
  /** Newest CUDA the driver serves: `12.8`. */
  readonly maxCuda?: string;
  readonly wsl: boolean;
  /** Qualified names in the CDI specifications of this machine. */
  readonly cdiDevices: readonly string[];
  /** Programs of the vendors' container toolkits on PATH: `nvidia-ctk`, `nvidia-container-runtime-hook`, `amd-ctk`. */
  readonly toolkit?: readonly string[];
  /** Numeric ids of the groups `video` and `render`, for AMD and Intel device nodes. */
  readonly groups: Readonly<Partial<Record<'video' | 'render', number>>>;
  /** What is in the way of a GPU that is there: driver not loaded, driver and library differ, tool hangs. */
  readonly problems: readonly GpuProblem[];
}

export interface GpuProblem {
  readonly code: string;
  readonly message: string;
  readonly mend: string;
}

/**
 * Which GPUs a container is to have. `optional`: all where there are any, else none. `devices`: indices, UUIDs, MIG
 * UUIDs, or `0:1` for the second MIG device of GPU 0. `vendor`: of no other maker.
 */
export type GpuRequest =
  | { readonly want: 'none' }
  | { readonly want: 'optional' | 'required'; readonly vendor?: GpuVendor }
  | { readonly want: 'required'; readonly devices: readonly string[]; readonly vendor?: GpuVendor };

/** How the GPUs get into a container on one engine. */
export interface GpuPassing {
  /** Words for `run`, each an entry of `runArgs`. Where no GPU is passed: empty, or what keeps an engine from passing
   * one unasked. */
  readonly runArgs: readonly string[];
  readonly how: 'none' | 'cdi' | 'gpus-flag' | 'device-nodes';
  /** For people: `2 NVIDIA GPUs by CDI`. */
  readonly summary: string;
  /** Passed vendors, for what to expect in the smoke test. */
  readonly vendor?: GpuVendor;
  /** Why an optional GPU is not passed though one is there. */
  readonly problem?: GpuProblem;
  /** Nobody could look at the engine's machine: only the smoke test inside tells whether it worked. */
  readonly unproven?: true;
}
