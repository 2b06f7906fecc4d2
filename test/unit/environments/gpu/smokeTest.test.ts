import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { runCommand } from '../../../../src/base/runCommand.ts';
import { deviceProbe, parseDeviceProbe } from '../../../../src/environments/gpu/deviceProbe.ts';
import {
  frameworkScript,
  hasCodeFor,
  parseFrameworks,
} from '../../../../src/environments/gpu/frameworkProbe.ts';
import type { GpuVendor } from '../../../../src/environments/gpu/gpuHost.ts';
import { smokeTest, type ExecInside } from '../../../../src/environments/gpu/smokeTest.ts';
import { mutated } from '../../../helpers/mutatedText.ts';
import { scrubbedEnvironment } from '../../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

/** A container that prints `devices` for the shell and `frameworks` for Python. */
function inside(devices: string, frameworks?: object): ExecInside {
  return argv =>
    Promise.resolve(
      argv[0] === 'sh'
        ? { exitCode: 0, stdout: devices, stderr: '' }
        : frameworks === undefined
          ? { exitCode: 127, stdout: '', stderr: 'not found' }
          : { exitCode: 0, stdout: `noise\nlockstep-frameworks:${JSON.stringify(frameworks)}\n`, stderr: '' },
    );
}

const h200 =
  'node /dev/nvidia0\nnode /dev/nvidiactl\nlibrary ldconfig\nsmi 0\nsmi| GPU 0: NVIDIA H200 (UUID: GPU-a)\n';
const torch = {
  version: '2.9.0',
  sees: 1,
  built: '12.8',
  archs: ['sm_80', 'sm_90'],
  capabilities: ['9.0'],
  error: null,
};

describe('smokeTest', () => {
  const rows: readonly (readonly [
    string,
    boolean,
    GpuVendor,
    string,
    object | undefined,
    boolean,
    RegExp | undefined,
  ])[] = [
    ['a GPU that works', true, 'nvidia', h200, { torch }, true, undefined],
    ['a GPU without frameworks', true, 'nvidia', h200, undefined, true, undefined],
    ['nothing, and nothing asked', false, 'nvidia', '', {}, false, undefined],
    ['nothing, though asked', true, 'nvidia', '', {}, false, /dropped the request/],
    ['a GPU that was not asked for', false, 'nvidia', h200, {}, true, /were not asked for/],
    ['WSL', true, 'nvidia', 'node /dev/dxg\nlibrary /usr/lib/wsl/lib/libcuda.so.1\n', {}, true, undefined],
    ['a bare node', true, 'nvidia', 'node /dev/nvidia0\n', {}, true, /only the bare node/],
    ['the tool alone', true, 'nvidia', h200.replace('library ldconfig\n', ''), {}, true, /nvidia-smi alone/],
    [
      'the tool alone, with a framework that sees the GPU',
      true,
      'nvidia',
      h200.replace('library ldconfig\n', ''),
      { torch },
      true,
      undefined,
    ],
    [
      'a node that may not be opened',
      true,
      'nvidia',
      'denied /dev/nvidia0\n',
      {},
      false,
      /may not open \/dev\/nvidia0/,
    ],
    [
      'a GPU that was lost',
      true,
      'nvidia',
      'denied /dev/nvidia0\nsmi 255\nsmi| Failed to initialize NVML: Unknown Error\n',
      {},
      false,
      /Unknown Error/,
    ],
    [
      'SELinux',
      true,
      'nvidia',
      'node /dev/nvidia0\nsmi 4\nsmi| Failed to initialize NVML: Insufficient Permissions\n',
      {},
      false,
      /SELinux/,
    ],
    [
      'a driver that was updated',
      true,
      'nvidia',
      'node /dev/nvidia0\nsmi 18\nsmi| Failed to initialize NVML: Driver/library version mismatch\n',
      {},
      false,
      /another version/,
    ],
    ['another failure', true, 'nvidia', 'node /dev/nvidia0\nsmi 3\nsmi| What\n', {}, false, /: What$/],
    [
      'a tool of the image without a GPU',
      true,
      'nvidia',
      'smi 9\nsmi| failed\n',
      {},
      false,
      /dropped the request/,
    ],
    [
      'a framework for the CPU',
      true,
      'nvidia',
      h200,
      { torch: { version: '2.9.0+cpu', sees: 0, built: null } },
      true,
      /^torch 2\.9\.0\+cpu is built without GPU/,
    ],
    [
      'a framework without code for the GPU',
      true,
      'nvidia',
      h200,
      { torch: { ...torch, capabilities: ['12.0'] } },
      true,
      /no code for this GPU \(compute capability 12\.0\)/,
    ],
    [
      'a framework that cannot compute',
      true,
      'nvidia',
      h200,
      { torch: { ...torch, error: 'CUDA error: out of memory' } },
      true,
      /cannot compute on it: CUDA error/,
    ],
    [
      'a driver that is too old for the framework',
      true,
      'nvidia',
      h200,
      { torch: { version: '2.9.0', sees: 0, built: '13.0', error: 'driver too old' } },
      true,
      /sees no GPU: driver too old/,
    ],
    [
      'JAX without its plugin',
      true,
      'nvidia',
      h200,
      { jax: { version: '0.9', sees: 0, built: null } },
      true,
      /^jax 0\.9 is built without/,
    ],
    [
      'AMD',
      true,
      'amd',
      'node /dev/kfd\nnode /dev/dri/renderD128\nrocm| AMD Ryzen 9\nrocm| AMD Instinct MI300X\n',
      { torch: { version: '2.9+rocm', sees: 1, built: '6.4', archs: ['gfx942'], capabilities: ['9.4'] } },
      true,
      undefined,
    ],
    [
      'AMD without its groups',
      true,
      'amd',
      'denied /dev/kfd\nnode /dev/dri/renderD128\n',
      {},
      false,
      /may not open \/dev\/kfd/,
    ],
    ['Intel', true, 'intel', 'node /dev/dri/renderD128\n', {}, true, undefined],
  ];
  for (const [name, asked, vendor, devices, frameworks, visible, problem] of rows)
    it(name, async () => {
      const result = await smokeTest(inside(devices, frameworks), asked, vendor);
      assert.deepEqual([result.asked, result.visible], [asked, visible]);
      if (visible) assert.ok(result.devices.length > 0);
      if (problem === undefined) assert.equal(result.problem, undefined);
      else {
        assert.match(result.problem?.message ?? '', problem);
        assert.ok((result.problem?.mend ?? '') !== '');
      }
      // Whatever a framework is, what was asked for and is not there has its cause.
      if (asked && !visible) assert.ok(result.problem !== undefined);
    });

  it('tells devices by name, MIG devices too', () => {
    const mig = `${h200}smi|   MIG 1g.18gb     Device  0: (UUID: MIG-a)\n`;
    assert.deepEqual(parseDeviceProbe(mig, 'nvidia').devices, ['NVIDIA H200', 'MIG 1g.18gb Device 0:']);
  });

  it('knows which machine code runs where', () => {
    const archs = ['sm_75', 'sm_80', 'sm_90a', 'compute_80'];
    assert.deepEqual(
      ['7.0', '7.5', '8.6', '9.0', '12.0', 'gfx942'].map(one => hasCodeFor(one, archs)),
      [false, true, true, true, true, true],
    );
    assert.deepEqual(
      ['10.0', '12.0'].map(one => hasCodeFor(one, ['sm_90', 'sm_100'])),
      [true, false],
    );
  });

  it('may be answered with anything', () => {
    const texts = [h200, `lockstep-frameworks:${JSON.stringify({ torch })}`];
    fc.assert(
      fc.property(mutated(texts), text => {
        for (const vendor of ['nvidia', 'amd', 'intel'] as const) parseDeviceProbe(text, vendor);
        parseFrameworks(text);
      }),
    );
  });
});

describe('what the smoke test runs', () => {
  it('is a shell script that ends well where there is nothing', async () => {
    const { exitCode, stdout, stderr } = await runCommand({ program: 'sh', args: ['-c', deviceProbe] });
    assert.deepEqual([exitCode, stderr], [0, '']);
    parseDeviceProbe(stdout.toString(), 'nvidia');
  });

  it('is a Python script that asks frameworks one by one, and survives a broken one', async () => {
    await using folder = await temporaryFolder();
    const modules: Record<string, string> = {
      'torch.py': [
        "__version__ = '9.9+cpu'",
        'class version: cuda = None; hip = None',
        'class cuda:',
        '    is_available = staticmethod(lambda: False)',
      ].join('\n'),
      'tensorflow.py': 'import os\nos._exit(3)',
    };
    await mkdir(join(folder.path, 'modules'));
    for (const [name, text] of Object.entries(modules))
      await writeFile(join(folder.path, 'modules', name), text);
    const env = scrubbedEnvironment(folder.path, {
      PYTHONPATH: join(folder.path, 'modules'),
      PYTHONDONTWRITEBYTECODE: '1',
    });
    const result = await smokeTest(
      async ([program = '', ...args]) => {
        if (program === 'sh') return { exitCode: 0, stdout: h200, stderr: '' };
        const done = await runCommand({ program, args, env });
        return { exitCode: done.exitCode, stdout: done.stdout.toString(), stderr: done.stderr };
      },
      true,
      'nvidia',
    );
    assert.deepEqual(result.frameworks['torch'], { version: '9.9+cpu', sees: 0 });
    assert.match(result.frameworks['tensorflow']?.detail ?? '', /^ended with code 3/);
    assert.match(result.problem?.message ?? '', /^torch 9\.9\+cpu is built without GPU support/);
    assert.doesNotMatch(frameworkScript, /\t/);
  });
});
