import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GpuWatch } from '../../../src/execution/gpuWatch.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** Says once what nvidia-smi says again and again, in the form of its documentation. */
const tool = `#!/bin/sh
case "$1" in
--query-gpu=*)
  echo '0, GPU-aaa, 97, 61440'
  echo '1, GPU-bbb, [N/A], 512'
  echo 'Unable to determine the device handle for GPU' ;;
*)
  echo 'GPU-aaa, 100, 1024'
  echo 'GPU-aaa, 101, 2048'
  echo 'GPU-aaa, 999, 4096'
  echo 'GPU-bbb, 101, [N/A]'
  echo 'GPU-ccc, 101, 10' ;;
esac
exec sleep 60
`;

describe('watching GPUs during a run', () => {
  it('tells what whole GPUs do, and what the processes of the run have on each', async () => {
    await using folder = await temporaryFolder('gpu tool');
    await writeFile(join(folder.path, 'nvidia-smi'), tool);
    await chmod(join(folder.path, 'nvidia-smi'), 0o755);
    const watch = new GpuWatch({
      everyMs: 60_000,
      environment: { PATH: `${folder.path}:/usr/bin:/bin` },
    });
    watch.start();
    try {
      const pids = new Set([100, 101]);
      const mebibytes = 1024 * 1024;
      await waitFor('both tools to have told', () => {
        const values = watch.values(pids);
        return (
          values['gpu.1.memory.bytes'] !== undefined && values['gpu.0.run.memory.bytes'] === 3072 * mebibytes
        );
      });
      assert.deepEqual(watch.values(pids), {
        'gpu.0.percent': 97,
        'gpu.0.memory.bytes': 61_440 * mebibytes,
        'gpu.1.memory.bytes': 512 * mebibytes,
        'gpu.0.run.memory.bytes': 3072 * mebibytes,
      });
    } finally {
      watch.stop();
    }
  });

  it('tells nothing where there is no such tool', () => {
    const watch = new GpuWatch({ everyMs: 1000, environment: { PATH: '/nonexistent' } });
    watch.start();
    assert.deepEqual(watch.values(new Set([1])), {});
    watch.stop();
  });
});
