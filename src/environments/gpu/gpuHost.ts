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

/** Which GPUs a container is to have. `optional`: all where there are any, else none. */
export type GpuRequest =
  | { readonly want: 'none' }
  | { readonly want: 'optional' | 'required' }
  | { readonly want: 'required'; readonly devices: readonly string[] };

/** How the GPUs get into a container on one engine. */
export interface GpuPassing {
  /** Words for `run`, each an entry of `runArgs`. Empty where no GPU is passed. */
  readonly runArgs: readonly string[];
  readonly how: 'none' | 'cdi' | 'gpus-flag' | 'device-nodes';
  /** For people: `2 NVIDIA GPUs by CDI`. */
  readonly summary: string;
  /** Passed vendors, for what to expect in the smoke test. */
  readonly vendor?: GpuVendor;
}
