import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gfxTarget, parseAmdSmi, parseRocmSmi } from '../../../../src/environments/gpu/amdTools.ts';
import { gpuFixture } from '../../../helpers/gpuMachine.ts';
import { mutated } from '../../../helpers/mutatedText.ts';

const miB = 2 ** 20;

describe("what AMD's tools print", () => {
  it('is read from a list, behind a warning', () => {
    assert.deepEqual(parseAmdSmi(gpuFixture('amd-smi-list.json')), [
      {
        ...{ vendor: 'amd', index: 0, name: 'AMD Instinct MI300X', uuid: '0x00000000000000AA' },
        ...{ busId: '0000:c3:00.0', memory: 196592 * miB, computeCapability: 'gfx942', driver: '6.10.5' },
      },
      {
        ...{ vendor: 'amd', index: 1, name: 'AMD gfx942', busId: '0000:c4:00.0' },
        ...{ memory: 196592 * miB, computeCapability: 'gfx942' },
      },
    ]);
  });

  it('is read from a list within an object', () => {
    assert.deepEqual(
      parseAmdSmi(gpuFixture('amd-smi-wrapped.json')).map(gpu => [gpu.name, gpu.memory, gpu.driver]),
      [['AMD Radeon RX 7900 XTX', 24560 * miB, '6.14.14']],
    );
  });

  it('is read from the older tool, whose names of fields change', () => {
    assert.deepEqual(parseRocmSmi(gpuFixture('rocm-smi.json')), [
      {
        ...{ vendor: 'amd', index: 0, name: 'Arcturus GL-XL [Instinct MI100]', uuid: '0x00000000000000bb' },
        ...{ busId: '0000:83:00.0', memory: 34342961152, memoryUsed: 6750208, driver: '6.3.6' },
        utilisation: 12,
      },
      { vendor: 'amd', index: 1, name: 'AMD gfx908', computeCapability: 'gfx908', driver: '6.3.6' },
    ]);
  });

  it('names a target in words or as a number', () => {
    assert.deepEqual(
      ['gfx942', 'GFX1100:feature', 90010, '90402', 100300, 0, 'N/A', undefined].map(gfxTarget),
      ['gfx942', 'gfx1100', 'gfx90a', 'gfx942', 'gfx1030', undefined, undefined, undefined],
    );
  });

  it('may be damaged in any way, and any JSON at all', () => {
    const texts = ['amd-smi-list.json', 'amd-smi-wrapped.json', 'rocm-smi.json'].map(gpuFixture);
    const read = (text: string): void => {
      for (const gpu of [...parseAmdSmi(text), ...parseRocmSmi(text)]) {
        assert.ok(Number.isSafeInteger(gpu.index) && gpu.name !== '');
        assert.ok(gpu.memory === undefined || Number.isSafeInteger(gpu.memory));
      }
    };
    fc.assert(fc.property(mutated(texts), read));
    fc.assert(fc.property(fc.json(), read));
  });
});
