import assert from 'node:assert/strict';
import { sampleGpus } from '../../../../src/environments/gpu/sampleGpus.ts';
import { gpuMachine } from '../../../helpers/gpuMachine.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('sampleGpus', () => {
  it('tells use and processes of NVIDIA, and the use that the kernel tells of AMD', async () => {
    await using folder = await temporaryFolder();
    const smi = `case "$*" in
*compute-apps*) printf 'pid, gpu_uuid, used_gpu_memory [MiB], process_name\\n4711, GPU-a, 512 MiB, python\\n';;
*) printf 'name, memory.total [MiB], index, uuid, memory.used [MiB], utilization.gpu [%%]\\nNVIDIA H200, 1024 MiB, 0, GPU-a, 512 MiB, 99 %%\\n';;
esac`;
    const machine = await gpuMachine(folder.path, {
      files: {
        'sys/class/drm/card0/device/vendor': '0x1002\n',
        'sys/class/drm/card0/device/uevent': 'DRIVER=amdgpu\n',
        'sys/class/drm/card0/device/gpu_busy_percent': '7\n',
      },
      tools: { 'nvidia-smi': smi },
    });
    const sample = await sampleGpus(machine);
    assert.deepEqual(
      sample.gpus.map(gpu => [gpu.vendor, gpu.memoryUsed, gpu.utilisation]),
      [
        ['nvidia', 512 * 2 ** 20, 99],
        ['amd', undefined, 7],
      ],
    );
    assert.deepEqual(sample.processes, [{ pid: 4711, gpu: 'GPU-a', memory: 512 * 2 ** 20, name: 'python' }]);
  });

  it('is empty where nothing answers', async () => {
    await using folder = await temporaryFolder();
    const { gpus, processes } = await sampleGpus(
      await gpuMachine(folder.path, { tools: { 'nvidia-smi': 'exit 9' } }),
    );
    assert.deepEqual([gpus, processes], [[], []]);
  });
});
