import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { detectGpus } from '../../../../src/environments/gpu/detectGpus.ts';
import type { GpuHost } from '../../../../src/environments/gpu/gpuHost.ts';
import { gpuFixture, gpuMachine, prints, type GpuMachineParts } from '../../../helpers/gpuMachine.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

async function detected(parts: GpuMachineParts, patienceMs = 4000): Promise<GpuHost> {
  await using folder = await temporaryFolder();
  // Awaited here: the folder goes when this function ends.
  return await detectGpus({ ...(await gpuMachine(folder.path, parts)), patienceMs });
}

const kernelModule = {
  'proc/driver/nvidia/version':
    'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build  (x)  Thu Jan  1 00:00:00 UTC 2026\n',
};
const nvidiaCard = {
  'sys/bus/pci/devices/0000:07:00.0/vendor': '0x10de\n',
  'sys/bus/pci/devices/0000:07:00.0/class': '0x030200\n',
  'sys/bus/pci/devices/0000:07:00.1/vendor': '0x10de\n',
  'sys/bus/pci/devices/0000:07:00.1/class': '0x040300\n',
};
const migSmi = `case "$*" in -L) ${prints('a100-mig-list.txt')};; *-x*) ${prints('a100-mig.xml')};; *) ${prints('a100-mig.csv')};; esac`;

describe('detectGpus', () => {
  it('finds nothing, and nothing in the way, on a machine without a GPU', async () => {
    assert.deepEqual(
      await detected({ files: { 'etc/group': 'video:x:44:\nrender:x:993:me\nrenderer:x:5:\n' } }),
      {
        ...{ gpus: [], wsl: false, cdiDevices: [], toolkit: [], problems: [] },
        groups: { video: 44, render: 993 },
      },
    );
  });

  it('finds NVIDIA GPUs with brand, CUDA version, MIG devices, CDI devices and the toolkit', async () => {
    const host = await detected({
      files: { ...kernelModule, 'etc/cdi/nvidia.yaml': gpuFixture('nvidia-cdi.yaml') },
      tools: { 'nvidia-smi': migSmi, 'nvidia-ctk': 'exit 0' },
    });
    assert.deepEqual(
      host.gpus.map(gpu => [gpu.index, gpu.brand, gpu.migDevices?.map(device => device.profile)]),
      [
        [0, 'nvidia', ['3g.40gb', '1g.10gb+me']],
        [1, 'quadrortx', undefined],
      ],
    );
    assert.deepEqual(
      [host.driver, host.maxCuda, host.cdiDevices.length, host.toolkit, host.problems],
      ['550.127.05', '12.4', 3, ['nvidia-ctk'], []],
    );
  });

  it('asks old drivers without the fields that they refuse', async () => {
    const refuse = (field: string): string =>
      `*${field}*) echo 'Field "${field}" is not a valid field to query.'; exit 2;;`;
    const host = await detected({
      tools: {
        'nvidia-smi': `case "$*" in *-x*) exit 1;; ${refuse('compute_cap')} ${refuse('mig.mode.current')} *) printf 'name, memory.total [MiB], driver_version\\nTesla K80, 11441 MiB, 450.248.02\\n';; esac`,
      },
    });
    assert.deepEqual(
      [host.gpus.map(gpu => gpu.name), host.driver, host.problems],
      [['Tesla K80'], '450.248.02', []],
    );
  });

  const failures: readonly (readonly [string, string, string])[] = [
    ['driver-library-mismatch', 'Failed to initialize NVML: Driver/library version mismatch', '18'],
    [
      'driver-not-loaded',
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
      '9',
    ],
    ['no-devices', 'No devices were found', '6'],
    ['no-devices', 'No devices were found', '0'],
    ['nvml-missing', "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system.", '12'],
    ['nvml-unknown-error', 'Failed to initialize NVML: Unknown Error', '255'],
    ['driver-not-permitted', 'Failed to initialize NVML: Insufficient Permissions', '4'],
    ['nvidia-smi-failed', 'something new', '77'],
  ];
  for (const [code, text, exit] of failures)
    it(`tells ${code} from «${text.slice(0, 48)}» (${exit})`, async () => {
      const host = await detected({
        files: nvidiaCard,
        tools: { 'nvidia-smi': `echo ${JSON.stringify(text)}; exit ${exit}` },
      });
      assert.deepEqual([host.gpus, host.problems.map(problem => problem.code)], [[], [code]]);
      assert.ok(host.problems.every(({ message, mend }) => message !== '' && mend !== ''));
    });

  it('does not wait for a tool that hangs, nor for what it started', async () => {
    const host = await detected({ files: kernelModule, tools: { 'nvidia-smi': 'sleep 30; true' } }, 200);
    assert.deepEqual(
      [host.driver, host.problems.map(problem => problem.code)],
      ['570.124.06', ['nvidia-smi-hangs']],
    );
  });

  it("takes the driver's own files where nvidia-smi is missing", async () => {
    const information = (minor: number, uuid: string): string =>
      `Model: \t\t NVIDIA H200\nIRQ:   \t\t 16\nGPU UUID: \t ${uuid}\nBus Location: \t 0000:07:00.0\nDevice Minor: \t ${minor}\n`;
    const host = await detected({
      files: {
        ...kernelModule,
        'proc/driver/nvidia/gpus/0000:07:00.0/information': information(1, 'GPU-b'),
        'proc/driver/nvidia/gpus/0000:0a:00.0/information': information(0, 'GPU-????????'),
      },
    });
    assert.deepEqual(host.gpus, [
      { vendor: 'nvidia', index: 0, name: 'NVIDIA H200', busId: '0000:0a:00.0' },
      { vendor: 'nvidia', index: 1, name: 'NVIDIA H200', busId: '0000:07:00.0', uuid: 'GPU-b' },
    ]);
    assert.deepEqual(
      [host.driver, host.problems.map(problem => problem.code)],
      ['570.124.06', ['nvidia-smi-missing']],
    );
  });

  const unserved: readonly (readonly [string, string | undefined])[] = [
    ['driver-missing', undefined],
    ['nouveau-driver', 'nouveau'],
    ['gpu-given-away', 'vfio-pci'],
  ];
  for (const [code, driver] of unserved)
    it(`tells of a card on the bus that ${driver ?? 'no driver'} serves: ${code}`, async () => {
      const link =
        driver === undefined ? {} : { 'sys/bus/pci/devices/0000:07:00.0/driver': `→ ../drivers/${driver}` };
      const { problems } = await detected({ files: { ...nvidiaCard, ...link } });
      assert.deepEqual(
        problems.map(problem => problem.code),
        [code],
      );
    });

  it("is silent about a driver's tools on a machine without a card", async () => {
    const { problems } = await detected({ tools: { 'nvidia-smi': 'echo failed; exit 9' } });
    assert.deepEqual(problems, []);
  });

  it("finds WSL, and its nvidia-smi beside the driver's libraries", async () => {
    await using folder = await temporaryFolder();
    const machine = await gpuMachine(folder.path, {
      files: {
        'proc/sys/kernel/osrelease': '5.15.167.4-microsoft-standard-WSL2\n',
        'dev/dxg': '',
        'usr/lib/wsl/lib/libcuda.so.1': '',
      },
      tools: { 'nvidia-smi': migSmi },
    });
    await rename(`${folder.path}/bin/nvidia-smi`, `${folder.path}/usr/lib/wsl/lib/nvidia-smi`);
    const host = await detectGpus(machine);
    assert.deepEqual([host.wsl, host.gpus.length, host.problems], [true, 2, []]);
  });

  it('tells that a specification was made for another driver, and that MIG mode has no devices', async () => {
    const host = await detected({
      files: {
        'proc/driver/nvidia/version': 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  Thu\n',
        'var/run/cdi/nvidia.yaml': gpuFixture('nvidia-cdi.yaml'),
      },
      tools: { 'nvidia-smi': `case "$*" in -L) echo;; *-x*) exit 1;; *) ${prints('a100-mig.csv')};; esac` },
    });
    assert.deepEqual(
      host.problems.map(problem => problem.code),
      ['mig-without-devices', 'cdi-stale'],
    );
  });

  const amdCard = {
    'sys/class/drm/card1/device/vendor': '0x1002\n',
    'sys/class/drm/card1/device/device': '0x74a1\n',
    'sys/class/drm/card1/device/uevent': 'DRIVER=amdgpu\nPCI_SLOT_NAME=0000:c3:00.0\n',
    'sys/class/drm/card1/device/mem_info_vram_total': '206141652992\n',
    'sys/class/drm/card1/device/mem_info_vram_used': '297705472\n',
    'sys/class/drm/card1/device/gpu_busy_percent': '7\n',
    'sys/class/drm/card1/device/unique_id': '00000000000000aa\n',
    'sys/class/drm/card1/device/drm/card1/dev': '226:1\n',
    'sys/class/drm/card1/device/drm/renderD129/dev': '226:129\n',
    'sys/class/drm/card1-DP-1/status': 'connected\n',
    'sys/class/kfd/kfd/topology/nodes/0/properties': 'simd_count 0\ngfx_target_version 0\n',
    'sys/class/kfd/kfd/topology/nodes/1/properties':
      'simd_count 1216\ngfx_target_version 90402\ndrm_render_minor 129\n',
    'sys/module/amdgpu/version': '6.10.5\n',
    'dev/kfd': '',
  };

  it('finds AMD GPUs in the files of the kernel', async () => {
    const host = await detected({ files: amdCard });
    assert.deepEqual(host.gpus, [
      {
        ...{ vendor: 'amd', index: 0, name: 'AMD gfx942', uuid: '00000000000000aa', busId: '0000:c3:00.0' },
        ...{ memory: 206141652992, memoryUsed: 297705472, utilisation: 7, computeCapability: 'gfx942' },
        ...{ driver: '6.10.5', nodes: ['/dev/dri/card1', '/dev/dri/renderD129'] },
      },
    ]);
    assert.deepEqual([host.driver, host.problems], ['6.10.5', []]);
  });

  it("takes names from AMD's tools, by place on the bus, and says when the compute interface is missing", async () => {
    const files = Object.fromEntries(Object.entries(amdCard).filter(([path]) => path !== 'dev/kfd'));
    const tools = { 'amd-smi': 'exit 1', 'rocm-smi': 'exit 2' };
    for (const [name, tool] of Object.entries({
      'amd-smi': 'amd-smi-list.json',
      'rocm-smi': 'rocm-smi.json',
    })) {
      const host = await detected({ files, tools: { ...tools, [name]: prints(tool) } });
      const [gpu] = host.gpus;
      assert.equal(gpu?.name, name === 'amd-smi' ? 'AMD Instinct MI300X' : 'AMD gfx942');
      assert.deepEqual(gpu.nodes, ['/dev/dri/card1', '/dev/dri/renderD129']);
      assert.deepEqual(
        host.problems.map(problem => problem.code),
        ['kfd-missing'],
      );
    }
  });

  it("finds Intel's GPUs, and knows the processor's own graphics", async () => {
    const card = (name: string, slot: string, driver: string): Record<string, string> => ({
      [`sys/class/drm/${name}/device/vendor`]: '0x8086\n',
      [`sys/class/drm/${name}/device/device`]: '0x56a0\n',
      [`sys/class/drm/${name}/device/uevent`]: `DRIVER=${driver}\nPCI_SLOT_NAME=${slot}\n`,
      [`sys/class/drm/${name}/device/drm/${name}/dev`]: '',
    });
    const { gpus } = await detected({
      files: { ...card('card0', '0000:00:02.0', 'i915'), ...card('card10', '0000:03:00.0', 'xe') },
    });
    assert.deepEqual(
      gpus.map(gpu => [gpu.index, gpu.name, gpu.integrated, gpu.nodes]),
      [
        [0, 'Intel GPU 0x56a0 (i915)', true, ['/dev/dri/card0']],
        [1, 'Intel GPU 0x56a0 (xe)', undefined, ['/dev/dri/card10']],
      ],
    );
  });

  it('can be given up', async () => {
    await assert.rejects(detectGpus({ signal: AbortSignal.abort(new Error('stop')) }), /stop/);
  });
});
