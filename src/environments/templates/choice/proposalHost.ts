import type { GpuHost } from '../../gpu/gpuHost.ts';

/** What of the host decides. */
export type ProposalHost = Pick<GpuHost, 'gpus' | 'maxCuda' | 'driver'>;
