import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseCdiSpec, readCdiSpecs, staleSpecs } from '../../../../src/environments/gpu/cdiSpecs.ts';
import { gpuFixture } from '../../../helpers/gpuMachine.ts';
import { mutated } from '../../../helpers/mutatedText.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('CDI specifications', () => {
  it('are read from YAML and JSON, with the driver that they were made for', () => {
    assert.deepEqual(parseCdiSpec(gpuFixture('nvidia-cdi.yaml')), {
      devices: ['0', 'GPU-11111111-1111-4111-8111-111111111111', 'all'].map(name => `nvidia.com/gpu=${name}`),
      driver: '570.124.06',
    });
    assert.deepEqual(parseCdiSpec(gpuFixture('amd-cdi.json')), {
      devices: ['amd.com/gpu=0', 'amd.com/gpu=all'],
    });
  });

  it('are stale after an update of the driver, which is told with the command', () => {
    const spec = { path: '/etc/cdi/nvidia.yaml', ...parseCdiSpec(gpuFixture('nvidia-cdi.yaml')) };
    assert.deepEqual(staleSpecs([spec], '570.124.06'), []);
    assert.deepEqual(staleSpecs([spec], undefined), []);
    assert.deepEqual(
      staleSpecs([spec], '580.95.05').map(problem => problem.mend),
      ['Make it again: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml'],
    );
  });

  it('cost themselves alone when they are broken', async () => {
    await using folder = await temporaryFolder();
    const cdi = join(folder.path, 'cdi');
    await mkdir(cdi);
    await writeFile(join(cdi, 'amd.json'), gpuFixture('amd-cdi.json'));
    await writeFile(join(cdi, 'nvidia.yaml'), 'kind: [');
    await writeFile(join(cdi, 'other.yml'), 'kind: a/b\ndevices: 3\n');
    await writeFile(join(cdi, 'notes.txt'), 'kind: [');
    const { specs, problems } = await readCdiSpecs([join(folder.path, 'none'), cdi]);
    assert.deepEqual(
      specs.map(spec => spec.path),
      [join(cdi, 'amd.json')],
    );
    assert.deepEqual(
      problems.map(problem => problem.code),
      ['cdi-broken', 'cdi-broken'],
    );
    assert.ok(problems.every(({ message }) => /(?:\.|: .+)$/.test(message)));
  });

  it('may be damaged in any way: they are read or refused', () => {
    fc.assert(
      fc.property(mutated(['nvidia-cdi.yaml', 'amd-cdi.json'].map(gpuFixture)), text => {
        try {
          for (const device of parseCdiSpec(text).devices)
            assert.match(device, /^[^\s=/]+\/[^\s=/]+=[^\s=]+$/);
        } catch (error) {
          assert.ok(error instanceof Error);
          assert.notEqual(error.name, 'TypeError');
        }
      }),
    );
  });
});
