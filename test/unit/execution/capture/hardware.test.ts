import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { release, totalmem } from 'node:os';
import { join } from 'node:path';
import { captureHardware } from '../../../../src/execution/capture/hardware.ts';
import type { Hardware } from '../../../../src/runs/captured.ts';
import { hardwareSchema } from '../../../../src/runs/captured.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../helpers/temporaryFolder.ts';

function fixture(name: string): string {
  return readFileSync(new URL(`../../../fixtures/nvidia-smi/${name}`, import.meta.url), 'utf8');
}

/** A machine of our own: files below a folder, and a `nvidia-smi` that does what the test says. */
async function machine(
  folder: TemporaryFolder,
  script: string,
): Promise<Parameters<typeof captureHardware>[0]> {
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'nvidia-smi'), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, 'nvidia-smi'), 0o755);
  return { systemRoot: folder.path, variables: { PATH: `${bin}:/usr/bin:/bin` }, patienceMs: 5000 };
}

async function hardwareOf(options: Parameters<typeof captureHardware>[0]): Promise<Hardware> {
  const hardware = await captureHardware(options);
  assert.equal(hardware.known, 'captured');
  hardwareSchema.parse(hardware.value);
  return hardware.value;
}

describe('the hardware', () => {
  it('of this machine is told without names and numbers that identify it', async () => {
    const hardware = await hardwareOf({});
    assert.equal(hardware.memory, totalmem());
    assert.ok(hardware.kernel?.includes(release()));
    assert.ok((hardware.logicalCores ?? 0) > 0);
    if (process.platform === 'linux') assert.ok((hardware.cpuFlags ?? []).length > 5);
    assert.doesNotMatch(JSON.stringify(hardware), /uuid|serial(?!ize")|GPU-[0-9a-f]{8}/i);
  });

  it('has the GPUs, the driver and its CUDA version', async () => {
    await using folder = await temporaryFolder();
    for (const name of ['h200.csv', 'h200.xml']) await writeFile(join(folder.path, name), fixture(name));
    const answer = `case "$*" in *-x*) cat '${folder.path}/h200.xml';; *) cat '${folder.path}/h200.csv';; esac`;
    const hardware = await hardwareOf(await machine(folder, answer));
    assert.deepEqual(
      [hardware.gpus.map(gpu => gpu.name), hardware.driver, hardware.cuda],
      [['NVIDIA H200'], '570.124.06', '12.8'],
    );
  });

  it('asks an old driver only for what it knows', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'old.csv'), fixture('old-driver.csv'));
    const answer = `case "$*" in *compute_cap*|*-x*) echo 'Field "compute_cap" is not a valid field to query.'; exit 2;; *) cat '${folder.path}/old.csv';; esac`;
    const hardware = await hardwareOf(await machine(folder, answer));
    assert.deepEqual(
      hardware.gpus.map(gpu => gpu.name),
      ['Tesla K80'],
    );
  });

  it('goes on without a driver that fails, and without one that hangs', async () => {
    for (const script of ['echo "NVIDIA-SMI has failed"; exit 9', 'exec sleep 60']) {
      await using folder = await temporaryFolder();
      await mkdir(join(folder.path, 'proc', 'driver', 'nvidia'), { recursive: true });
      await writeFile(
        join(folder.path, 'proc', 'driver', 'nvidia', 'version'),
        'NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.124.06  Thu Jan  1 00:00:00 UTC 2026\n',
      );
      const hardware = await hardwareOf({ ...(await machine(folder, script)), patienceMs: 300 });
      assert.deepEqual([hardware.gpus, hardware.driver], [[], '570.124.06']);
    }
  });

  it('has AMD processors from the files of their driver', async () => {
    await using folder = await temporaryFolder();
    for (const [node, properties] of [
      ['0', 'cpu_cores_count 16\nsimd_count 0\ngfx_target_version 0\n'],
      ['1', 'cpu_cores_count 0\nsimd_count 440\ngfx_target_version 90010\n'],
    ] as const) {
      const path = join(folder.path, 'sys/class/kfd/kfd/topology/nodes', node);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, 'properties'), properties);
    }
    const hardware = await hardwareOf(await machine(folder, 'exit 1'));
    assert.deepEqual(hardware.gpus, [{ name: 'AMD gfx90a', vendor: 'amd', computeCapability: 'gfx90a' }]);
  });

  it('can be given up', async () => {
    await assert.rejects(captureHardware({ signal: AbortSignal.abort(new Error('stop')) }), /stop/);
  });
});
