import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { tellGpus, type UsedGpu } from '../../../src/cli/text/gpuText.ts';
import { terminalOf } from '../../../src/cli/terminal.ts';
import type { GpuHost, GpuPassing } from '../../../src/environments/gpu/gpuHost.ts';

function told(host: Partial<GpuHost> & { processes?: UsedGpu[]; passing?: GpuPassing }): string {
  const stdout = Object.assign(new PassThrough(), { columns: 120 });
  const streams = { stdout, stderr: new PassThrough(), stdin: {} };
  const none = { gpus: [], wsl: false, cdiDevices: [], groups: {}, problems: [], processes: [] };
  tellGpus(
    terminalOf(streams, {}, () => undefined),
    { ...none, ...host },
  );
  const text: unknown = stdout.read();
  return String(text);
}

describe('lockstep env gpus', () => {
  it('shows GPUs, their MIG devices, what serves them, and each thing in the way with its mend', () => {
    const text = told({
      gpus: [
        {
          ...{ vendor: 'nvidia', index: 0, name: 'NVIDIA A100', uuid: 'GPU-a', memory: 85899345920 },
          ...{ memoryUsed: 1_000_000, utilisation: 37, computeCapability: '8.0', mig: true },
          migDevices: [{ uuid: 'MIG-b', profile: '3g.40gb' }],
        },
      ],
      ...{ driver: '550.127.05', maxCuda: '12.4', cdiDevices: ['nvidia.com/gpu=all'] },
      problems: [{ code: 'cdi-stale', message: 'The specification is stale.', mend: 'Make it again.' }],
      processes: [
        { pid: 1 },
        { pid: 4711, gpu: 'MIG-b', memory: 512_000_000, name: 'python', run: '01JZZZZZZZZZZZZZZZZZ00K8H2' },
      ],
      passing: { runArgs: ['--device', 'nvidia.com/gpu=all'], how: 'cdi', summary: '1 NVIDIA GPU by CDI' },
    });
    assert.equal(
      text,
      [
        'GPU  Name                      Memory   Use  Capability  UUID',
        '0    NVIDIA A100    1.0 MB of 85.9 GB  37 %  8.0         GPU-a',
        '0:0    MIG 3g.40gb                                       MIG-b',
        'driver 550.127.05, CUDA up to 12.4, 1 CDI device',
        '  GPU: process 1',
        '  GPU 0: 512 MB, run 00K8H2, process 4711 (python)',
        'In a container: 1 NVIDIA GPU by CDI',
        '  --device nvidia.com/gpu=all',
        '! The specification is stale.',
        '  → Make it again.',
        '',
      ].join('\n'),
    );
  });

  it('says so where there is none', () => {
    assert.equal(told({}), 'This machine has no GPU that can be used.\n');
  });
});
