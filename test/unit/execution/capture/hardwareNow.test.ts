import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  hardwareNow,
  noteHardware,
  type HardwareNowOptions,
} from '../../../../src/execution/capture/hardwareNow.ts';
import { knownValue } from '../../../../src/runs/known.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../helpers/temporaryFolder.ts';

/** A machine of our own, whose `nvidia-smi` counts how often it was started. */
async function machine(folder: TemporaryFolder): Promise<HardwareNowOptions & { starts(): Promise<number> }> {
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  const log = join(folder.path, 'starts');
  await writeFile(log, '');
  await writeFile(join(bin, 'nvidia-smi'), `#!/bin/sh\necho x >> '${log}'\nexit 9\n`);
  await chmod(join(bin, 'nvidia-smi'), 0o755);
  return {
    ...{ systemRoot: folder.path, cacheFolder: join(folder.path, 'the cache'), patienceMs: 5000 },
    variables: { PATH: `${bin}:/usr/bin:/bin` },
    starts: async () => (await readFile(log, 'utf8')).length,
  };
}

describe('the hardware now', () => {
  it('is asked for once, and again after another driver was loaded', async () => {
    await using folder = await temporaryFolder();
    const options = await machine(folder);
    const first = await hardwareNow(options);
    const asked = await options.starts();
    assert.ok(asked > 0);
    assert.deepEqual(await hardwareNow(options), first);
    assert.equal(await options.starts(), asked);
    await mkdir(join(folder.path, 'proc/driver/nvidia'), { recursive: true });
    await writeFile(join(folder.path, 'proc/driver/nvidia/version'), 'NVRM version: 580.1');
    await hardwareNow(options);
    assert.ok((await options.starts()) > asked);
  });

  it('is what a run has just captured, and nothing that cannot be read', async () => {
    await using folder = await temporaryFolder();
    const options = await machine(folder);
    const hardware = { os: 'X', gpus: [{ name: 'NVIDIA H200' }] };
    await noteHardware(options.cacheFolder, { known: 'captured', value: hardware }, folder.path);
    assert.deepEqual(knownValue(await hardwareNow(options))?.gpus, hardware.gpus);
    assert.equal(await options.starts(), 0);
    await writeFile(join(options.cacheFolder, 'hardware.json'), '{"schemaVersion":1,');
    assert.notDeepEqual(knownValue(await hardwareNow(options))?.gpus, hardware.gpus);
  });
});
