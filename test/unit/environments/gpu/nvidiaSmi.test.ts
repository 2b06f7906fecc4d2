import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  brandWord,
  gpuFields,
  parseBrands,
  parseComputeApps,
  parseCudaVersion,
  parseGpuTable,
  parseMigList,
} from '../../../../src/environments/gpu/nvidiaSmi.ts';
import { gpuFixture } from '../../../helpers/gpuMachine.ts';
import { mutated } from '../../../helpers/mutatedText.ts';

function older(name: string): string {
  return readFileSync(new URL(`../../../fixtures/nvidia-smi/${name}`, import.meta.url), 'utf8');
}

const miB = 2 ** 20;

describe('what nvidia-smi prints', () => {
  it('is read by the names of its columns', () => {
    assert.deepEqual(parseGpuTable(gpuFixture('a100-mig.csv')), [
      {
        ...{ vendor: 'nvidia', index: 0, name: 'NVIDIA A100-SXM4-80GB' },
        ...{ uuid: 'GPU-00000000-0000-4000-8000-000000000000', busId: '00000000:07:00.0' },
        ...{ memory: 81920 * miB, memoryUsed: 45 * miB, computeCapability: '8.0', driver: '550.127.05' },
        ...{ mig: true, ecc: true },
      },
      {
        ...{ vendor: 'nvidia', index: 1, name: 'NVIDIA A100-SXM4-80GB' },
        ...{ uuid: 'GPU-11111111-1111-4111-8111-111111111111', busId: '00000000:0A:00.0' },
        ...{ memory: 81920 * miB, memoryUsed: 1024 * miB, utilisation: 37, computeCapability: '8.0' },
        ...{ driver: '550.127.05', mig: false, ecc: true },
      },
    ]);
    const [first, second] = parseGpuTable(older('two-geforce.csv'));
    assert.deepEqual(Object.keys(first ?? {}), [
      ...['vendor', 'index', 'name', 'memory', 'computeCapability', 'driver'],
    ]);
    assert.deepEqual([second?.name, second?.index], ['NVIDIA GeForce GTX 1080 Ti', 1]);
    assert.deepEqual(parseGpuTable(older('old-driver.csv')), [
      { vendor: 'nvidia', index: 0, name: 'Tesla K80', memory: 11441 * miB, driver: '450.248.02' },
    ]);
    assert.deepEqual(parseGpuTable(older('no-devices.txt')), []);
    assert.deepEqual(parseGpuTable(''), []);
  });

  it('tells the CUDA version of the driver in both of its reports', () => {
    assert.equal(parseCudaVersion(gpuFixture('a100-mig.xml')), '12.4');
    assert.equal(
      parseCudaVersion('| NVIDIA-SMI 570.1   Driver Version: 570.1   CUDA Version: 12.8  |'),
      '12.8',
    );
    assert.equal(parseCudaVersion('CUDA Version: N/A'), undefined);
  });

  it('tells brands in the words that images ask for', () => {
    assert.deepEqual([...parseBrands(gpuFixture('a100-mig.xml')).values()], ['nvidia', 'quadrortx']);
    assert.deepEqual(['GeForce RTX', 'NVIDIA RTX', 'Tesla', 'Unknown', 'N/A', ''].map(brandWord), [
      'geforcertx',
      'nvidiartx',
      'tesla',
      'unknown',
      'unknown',
      'unknown',
    ]);
  });

  it('lists MIG devices below their GPU, in the form of old drivers, too', () => {
    const devices = parseMigList(gpuFixture('a100-mig-list.txt'));
    assert.deepEqual(devices.get('GPU-00000000-0000-4000-8000-000000000000'), [
      { uuid: 'MIG-aaaaaaaa-0000-5000-8000-000000000000', profile: '3g.40gb' },
      { uuid: 'MIG-bbbbbbbb-0000-5000-8000-000000000001', profile: '1g.10gb+me' },
    ]);
    assert.deepEqual(devices.get('GPU-11111111-1111-4111-8111-111111111111'), []);
    const old = 'GPU 0: A100 (UUID: GPU-a)\n  MIG 1g.5gb Device 0: (UUID: MIG-GPU-a/7/0)\n';
    assert.deepEqual(parseMigList(old).get('GPU-a'), [{ uuid: 'MIG-GPU-a/7/0', profile: '1g.5gb' }]);
  });

  it('tells processes, also where their memory is not told', () => {
    const text = [
      'pid, gpu_uuid, used_gpu_memory [MiB], process_name',
      '4711, GPU-a, 512 MiB, python',
      '4712, GPU-a, [N/A], [Not Found]',
      '[N/A], GPU-a, 1 MiB, x',
    ].join('\n');
    assert.deepEqual(parseComputeApps(text), [
      { pid: 4711, gpu: 'GPU-a', memory: 512 * miB, name: 'python' },
      { pid: 4712, gpu: 'GPU-a' },
    ]);
  });

  it('comes back from a table of any GPUs as it went in', () => {
    const cell = fc.stringMatching(/^[A-Za-z0-9 ()-]{1,20}$/).map(text => `x${text.trim()}`);
    const row = fc.record({ name: cell, memory: fc.nat(1_000_000), index: fc.nat(64), uuid: cell });
    fc.assert(
      fc.property(fc.array(row), rows => {
        const lines = rows.map(one => `${one.uuid}, ${one.memory} MiB, ${one.name}, ${one.index}`);
        const text = ['uuid, memory.total [MiB], name, index', ...lines].join('\r\n');
        assert.deepEqual(
          parseGpuTable(text).map(({ name, memory, index, uuid }) => ({ name, memory, index, uuid })),
          rows.map(one => ({ ...one, memory: one.memory * miB })),
        );
      }),
    );
  });

  it('may be damaged in any way', () => {
    const texts = ['a100-mig.csv', 'a100-mig-list.txt', 'a100-mig.xml'].map(gpuFixture);
    fc.assert(
      fc.property(mutated(texts), text => {
        for (const gpu of parseGpuTable(text)) {
          assert.ok(Number.isSafeInteger(gpu.index) && gpu.name !== '');
          assert.ok(gpu.memory === undefined || Number.isSafeInteger(gpu.memory));
        }
        for (const devices of parseMigList(text).values())
          for (const { uuid } of devices) assert.match(uuid, /^MIG-/);
        parseBrands(text);
        parseComputeApps(text);
        parseComputeApps(`pid, name\n${text}`);
      }),
    );
  });

  it('is asked for the oldest fields first, which no driver refuses', () => {
    assert.deepEqual(gpuFields.slice(0, 3), ['name', 'memory.total', 'driver_version']);
  });
});
