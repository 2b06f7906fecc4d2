import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LockstepError } from '../../../../src/base/lockstepError.ts';
import type { EngineFacts } from '../../../../src/environments/engine/engine.ts';
import type { GpuHost, GpuRequest, HostGpu } from '../../../../src/environments/gpu/gpuHost.ts';
import type { PassingEngine } from '../../../../src/environments/gpu/passing.ts';
import { planGpuPassing } from '../../../../src/environments/gpu/planGpuPassing.ts';

const facts: EngineFacts = {
  ...{ osType: 'linux', operatingSystem: 'Debian GNU/Linux 12 (bookworm)', kernel: '6.1.0-31-amd64' },
  ...{ rootless: false, selinux: false, runtimes: ['runc'], defaultRuntime: 'runc' },
  ...{ discoveredDevices: [], cdiSpecDirs: [] },
};

function engine(
  kind: 'docker' | 'podman',
  version: string,
  more: Partial<EngineFacts> = {},
  remote = false,
): PassingEngine {
  return {
    kind,
    version,
    remote,
    endpoint: remote ? 'ssh://gpu' : 'unix:///e.sock',
    facts: { ...facts, ...more },
  };
}

const nvidia = (index: number, more: Partial<HostGpu> = {}): HostGpu => ({
  ...{ vendor: 'nvidia', index, name: 'NVIDIA H200', uuid: `GPU-${index}0000000-aaaa` },
  ...more,
});
const migGpu = nvidia(0, {
  mig: true,
  migDevices: [
    { uuid: 'MIG-a0000000', profile: '3g.40gb' },
    { uuid: 'MIG-b0000000', profile: '1g.10gb' },
  ],
});
const amd: HostGpu = {
  ...{ vendor: 'amd', index: 0, name: 'AMD Instinct MI300X' },
  nodes: ['/dev/dri/card1', '/dev/dri/renderD129'],
};
const intel: HostGpu = {
  ...{ vendor: 'intel', index: 0, name: 'Intel GPU', integrated: true, nodes: ['/dev/dri/renderD128'] },
};

function host(gpus: readonly HostGpu[], more: Partial<GpuHost> = {}): GpuHost {
  return {
    gpus,
    wsl: false,
    cdiDevices: [],
    toolkit: [],
    groups: { video: 44, render: 993 },
    problems: [],
    ...more,
  };
}

const cdi = ['nvidia.com/gpu=0', 'nvidia.com/gpu=1', 'nvidia.com/gpu=all'];
const discovered = { discoveredDevices: cdi.map(id => ({ id })), cdiSpecDirs: ['/etc/cdi', '/var/run/cdi'] };
const two = host([nvidia(0), nvidia(1)], { driver: '570.124.06', maxCuda: '12.8' });
const withSpecs = { ...two, cdiDevices: cdi };
const desktop = { operatingSystem: 'Docker Desktop' };
const stale = { code: 'cdi-stale', message: 'The specification is stale.', mend: 'Make it again.' };
const all: GpuRequest = { want: 'required' };
const some = (...devices: string[]): GpuRequest => ({ want: 'required', devices });

/** The words, `!code` of the error, or `?code` where an optional GPU is left out for a reason. */
function told(target: PassingEngine, machine: GpuHost, request: GpuRequest): string {
  try {
    const plan = planGpuPassing(target, machine, request);
    assert.ok(plan.summary !== '');
    assert.equal(plan.vendor === undefined, plan.how === 'none');
    return [...(plan.problem === undefined ? [] : [`?${plan.problem.code}`]), ...plan.runArgs].join(' ');
  } catch (error) {
    assert.ok(error instanceof LockstepError);
    assert.ok(error.mend !== undefined && error.mend !== '');
    return `!${error.code}`;
  }
}

const nvidiaAll = '--device nvidia.com/gpu=all';
const hook = { runtimes: ['runc', 'nvidia'] };
const podman = engine('podman', '4.9.3', { defaultRuntime: 'crun' });

describe('planGpuPassing', () => {
  const rows: readonly (readonly [string, PassingEngine, GpuHost, GpuRequest, string])[] = [
    ['nothing when nothing is asked', engine('docker', '29.1.0', discovered), two, { want: 'none' }, ''],
    [
      'nothing, against a default runtime that passes all unasked',
      ...([
        engine('docker', '24.0.7', { ...hook, defaultRuntime: 'nvidia' }),
        two,
        { want: 'none' },
      ] as const),
      '--env NVIDIA_VISIBLE_DEVICES=void',
    ],
    [
      'nothing when there is none and it is optional',
      engine('docker', '29.1.0'),
      host([]),
      { want: 'optional' },
      '',
    ],
    [
      'an error when there is none and it is required',
      engine('docker', '29.1.0'),
      host([]),
      all,
      '!gpu-missing',
    ],
    [
      "the host's trouble when that is why there is none",
      ...([
        engine('docker', '29.1.0'),
        host([], { problems: [stale, { ...stale, code: 'driver-missing' }] }),
      ] as const),
      ...([all, '!driver-missing'] as const),
    ],
    [
      'the same, told, when it is optional',
      ...([
        engine('docker', '29.1.0'),
        host([], { problems: [{ ...stale, code: 'driver-missing' }] }),
      ] as const),
      ...([{ want: 'optional' }, '?driver-missing'] as const),
    ],
    ['Docker 29 by CDI', engine('docker', '29.1.0', discovered), two, all, nvidiaAll],
    ['Docker 28.2 by CDI', engine('docker', '28.2.2', discovered), two, { want: 'optional' }, nvidiaAll],
    [
      'Docker 28.2 with SELinux',
      engine('docker', '28.2.2', { ...discovered, selinux: true }),
      two,
      all,
      `${nvidiaAll} --security-opt label=disable`,
    ],
    ['one GPU by index', engine('docker', '29.1.0', discovered), two, some('1'), '--device nvidia.com/gpu=1'],
    [
      'one GPU by UUID',
      engine('docker', '29.1.0', discovered),
      two,
      some('GPU-10000000-aaaa'),
      '--device nvidia.com/gpu=1',
    ],
    [
      'one GPU by the beginning of its UUID',
      engine('docker', '29.1.0', discovered),
      two,
      some('gpu-1000'),
      '--device nvidia.com/gpu=1',
    ],
    [
      'the same GPU once',
      engine('docker', '29.1.0', discovered),
      two,
      some('1', 'GPU-10000000-aaaa'),
      '--device nvidia.com/gpu=1',
    ],
    ['an unknown GPU', engine('docker', '29.1.0', discovered), two, some('2'), '!gpu-unknown'],
    [
      'Docker 29 without a specification',
      engine('docker', '29.1.0', { cdiSpecDirs: ['/etc/cdi'] }),
      two,
      all,
      '!cdi-spec-missing',
    ],
    [
      'Docker 29 without a specification, optional',
      engine('docker', '29.1.0'),
      two,
      { want: 'optional' },
      '?cdi-spec-missing',
    ],
    [
      'Docker 29 by the runtime where there is no specification',
      engine('docker', '29.1.0', hook),
      two,
      all,
      '--gpus all',
    ],
    [
      'Docker 29 that does not read the specification',
      engine('docker', '29.1.0'),
      withSpecs,
      all,
      '!cdi-switched-off',
    ],
    [
      'Docker 25 with CDI switched on',
      engine('docker', '25.0.3', { cdiSpecDirs: ['/etc/cdi'] }),
      withSpecs,
      all,
      nvidiaAll,
    ],
    [
      'Docker 25 with CDI off and the runtime',
      engine('docker', '25.0.3', hook),
      withSpecs,
      all,
      '--gpus all',
    ],
    ['Docker 20 by the runtime', engine('docker', '20.10.24', hook), withSpecs, all, '--gpus all'],
    [
      'Docker 20 by the hook alone',
      engine('docker', '20.10.24'),
      { ...two, toolkit: ['nvidia-container-runtime-hook'] },
      all,
      '--gpus all',
    ],
    [
      'Docker 20 with single GPUs, quoted',
      engine('docker', '20.10.24', hook),
      two,
      some('0', '1'),
      '--gpus "device=GPU-00000000-aaaa,GPU-10000000-aaaa"',
    ],
    ['Docker 20 without the runtime', engine('docker', '20.10.24'), two, all, '!no-nvidia-runtime'],
    [
      'rootless Docker 20 without the runtime',
      engine('docker', '20.10.24', { rootless: true }),
      two,
      all,
      '!no-nvidia-runtime',
    ],
    [
      'a stale specification, with the runtime to fall back on',
      engine('docker', '29.1.0', { ...discovered, ...hook }),
      { ...withSpecs, problems: [stale] },
      all,
      '--gpus all',
    ],
    [
      'a stale specification',
      engine('docker', '29.1.0', discovered),
      { ...withSpecs, problems: [stale] },
      all,
      '!cdi-stale',
    ],
    [
      'a specification without the GPU',
      engine('docker', '29.1.0', discovered),
      host([nvidia(0), nvidia(1), nvidia(2)]),
      some('2'),
      '!cdi-device-missing',
    ],
    [
      'Docker Desktop under Windows',
      engine('docker', '28.3.0', { ...desktop, kernel: '6.6.87-microsoft-standard-WSL2' }),
      two,
      all,
      '--gpus all',
    ],
    [
      'Docker Desktop under Windows, one GPU',
      engine('docker', '28.3.0', { ...desktop, kernel: '6.6.87-microsoft-standard-WSL2' }),
      two,
      some('0'),
      '!gpu-selection-impossible',
    ],
    [
      'Docker Desktop under Linux',
      engine('docker', '28.3.0', { ...desktop, kernel: '6.12.5-linuxkit' }),
      two,
      all,
      '!desktop-without-gpu',
    ],
    [
      'WSL by CDI',
      engine('docker', '28.3.0', { discoveredDevices: [{ id: 'nvidia.com/gpu=all' }] }),
      { ...two, wsl: true },
      all,
      nvidiaAll,
    ],
    ['WSL by the runtime', engine('docker', '27.0.1', hook), { ...two, wsl: true }, all, '--gpus all'],
    [
      'WSL, one GPU',
      engine('docker', '27.0.1', hook),
      { ...two, wsl: true },
      some('0'),
      '!gpu-selection-impossible',
    ],
    ['Podman 4.9', podman, withSpecs, all, nvidiaAll],
    ['Podman 5, one GPU', engine('podman', '5.4.0'), withSpecs, some('0'), '--device nvidia.com/gpu=0'],
    ['rootless Podman', engine('podman', '5.4.0', { rootless: true }), withSpecs, all, nvidiaAll],
    ['Podman without a specification', podman, two, all, '!cdi-spec-missing'],
    [
      'Podman with a stale specification',
      podman,
      { ...withSpecs, problems: [stale] },
      { want: 'optional' },
      '?cdi-stale',
    ],
    ['Podman 3', engine('podman', '3.4.4'), withSpecs, all, '!podman-too-old'],
    [
      'a GPU in MIG mode',
      podman,
      host([migGpu], { cdiDevices: ['nvidia.com/gpu=0:0', 'nvidia.com/gpu=0:1', 'nvidia.com/gpu=all'] }),
      all,
      nvidiaAll,
    ],
    [
      'a MIG device by place',
      podman,
      host([migGpu], { cdiDevices: ['nvidia.com/gpu=0:1'] }),
      some('0:1'),
      '--device nvidia.com/gpu=0:1',
    ],
    [
      'a MIG device by UUID through the hook',
      engine('docker', '20.10.24', hook),
      host([migGpu]),
      some('MIG-b0000000'),
      '--gpus "device=MIG-b0000000"',
    ],
    [
      'all MIG devices through the hook',
      engine('docker', '20.10.24', hook),
      host([migGpu]),
      all,
      '--gpus "device=MIG-a0000000,MIG-b0000000"',
    ],
    ['a GPU in MIG mode by its own name', podman, host([migGpu]), some('0'), '!mig-device-needed'],
    [
      'a GPU in MIG mode that is not divided',
      podman,
      host([nvidia(0, { mig: true, migDevices: [] })]),
      all,
      '!mig-device-needed',
    ],
    [
      'AMD by device nodes',
      engine('docker', '29.1.0'),
      host([amd]),
      all,
      '--device /dev/kfd --device /dev/dri/card1 --device /dev/dri/renderD129 --group-add 44 --group-add 993 --security-opt seccomp=unconfined',
    ],
    [
      'AMD by CDI',
      engine('docker', '29.1.0', { cdiSpecDirs: ['/etc/cdi'] }),
      host([amd], { cdiDevices: ['amd.com/gpu=0', 'amd.com/gpu=all'] }),
      all,
      '--device amd.com/gpu=all',
    ],
    [
      'AMD on an engine without CDI',
      engine('docker', '20.10.24'),
      host([amd], { cdiDevices: ['amd.com/gpu=all'], groups: {} }),
      all,
      '--device /dev/kfd --device /dev/dri/card1 --device /dev/dri/renderD129 --security-opt seccomp=unconfined',
    ],
    [
      'AMD on rootless Podman',
      engine('podman', '5.4.0', { rootless: true, defaultRuntime: 'crun' }),
      host([amd]),
      all,
      '--device /dev/kfd --device /dev/dri/card1 --device /dev/dri/renderD129 --group-add keep-groups --security-opt seccomp=unconfined',
    ],
    [
      'AMD on rootless Podman with runc',
      engine('podman', '5.4.0', { rootless: true, defaultRuntime: 'runc' }),
      host([amd]),
      all,
      '!groups-not-kept',
    ],
    [
      'AMD without nodes',
      engine('docker', '29.1.0'),
      host([{ ...amd, nodes: [] }]),
      all,
      '!device-nodes-missing',
    ],
    [
      "the processor's graphics are no GPU",
      engine('docker', '29.1.0'),
      host([intel]),
      { want: 'optional' },
      '',
    ],
    [
      "the processor's graphics when asked for",
      engine('docker', '29.1.0'),
      host([intel]),
      { want: 'required', vendor: 'intel' },
      '--device /dev/dri/renderD128 --group-add 44 --group-add 993',
    ],
    [
      'NVIDIA before AMD',
      podman,
      host([amd, nvidia(0)], { cdiDevices: ['nvidia.com/gpu=all'] }),
      all,
      nvidiaAll,
    ],
    [
      'AMD when that is asked for',
      podman,
      host([nvidia(0), amd], { cdiDevices: ['amd.com/gpu=0'] }),
      { want: 'required', vendor: 'amd' },
      '--device amd.com/gpu=0',
    ],
    [
      'a remote engine that lists devices',
      engine('docker', '29.1.0', discovered, true),
      host([]),
      { want: 'optional' },
      nvidiaAll,
    ],
    [
      'a remote engine that does not list the one',
      engine('docker', '29.1.0', discovered, true),
      host([]),
      some('7'),
      '!gpu-missing',
    ],
    [
      'a remote engine with the runtime',
      engine('docker', '24.0.7', hook, true),
      host([]),
      { want: 'optional' },
      '--gpus all',
    ],
    [
      'a remote engine that says nothing',
      engine('docker', '24.0.7', {}, true),
      two,
      { want: 'optional' },
      '?remote-gpu-unknown',
    ],
    [
      'a remote engine that says nothing, required',
      engine('docker', '24.0.7', {}, true),
      host([]),
      some('0', '1'),
      '--gpus "device=0,1"',
    ],
    ['remote Podman, required', engine('podman', '5.4.0', {}, true), host([]), all, nvidiaAll],
  ];
  for (const [name, target, machine, request, words] of rows)
    it(name, () => {
      assert.equal(told(target, machine, request), words);
    });

  it('says what it passes in a line for people', () => {
    const line = (target: PassingEngine, machine: GpuHost, request: GpuRequest): string =>
      planGpuPassing(target, machine, request).summary;
    assert.equal(line(podman, withSpecs, all), '2 NVIDIA GPUs by CDI');
    assert.equal(
      line(engine('docker', '20.10.24', hook), host([migGpu]), some('0:1')),
      '1 NVIDIA MIG device by --gpus',
    );
    assert.equal(line(engine('docker', '29.0.0'), host([amd]), all), '1 AMD GPU by device nodes');
    assert.equal(line(podman, host([]), { want: 'optional' }), 'No GPU is passed: this machine has none.');
  });

  it('names the very command that mends', () => {
    const mend = (target: PassingEngine, machine: GpuHost): string => {
      try {
        planGpuPassing(target, machine, all);
      } catch (error) {
        return error instanceof LockstepError ? (error.mend ?? '') : '';
      }
      return '';
    };
    const hasToolkit = { ...two, toolkit: ['nvidia-ctk'] };
    assert.equal(
      mend(engine('docker', '24.0.7'), hasToolkit),
      'Run: sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
    );
    assert.match(
      mend(engine('docker', '24.0.7', { rootless: true }), hasToolkit),
      /systemctl --user restart docker/,
    );
    assert.equal(mend(podman, hasToolkit), 'Run: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml');
    assert.match(
      mend(podman, two),
      /^Install the NVIDIA Container Toolkit .* Then run: sudo nvidia-ctk cdi generate/,
    );
  });

  it('never passes by two ways at once, and never silently nothing when a GPU is required', () => {
    const gpu = fc.constantFrom(nvidia(0), nvidia(1), migGpu, amd, intel);
    const anyEngine = fc
      .record({
        kind: fc.constantFrom<'docker' | 'podman'>('docker', 'podman'),
        version: fc.constantFrom(
          '3.4.4',
          '4.1.0',
          '5.0.0',
          '20.10.24',
          '25.0.0',
          '28.1.9',
          '28.2.0',
          '29.2.0',
          'dev',
        ),
        remote: fc.boolean(),
        rootless: fc.boolean(),
        selinux: fc.boolean(),
        runtimes: fc.subarray(['runc', 'nvidia', 'crun']),
        discovered: fc.subarray(cdi),
        dirs: fc.subarray(['/etc/cdi']),
        operatingSystem: fc.constantFrom('Debian', 'Docker Desktop'),
      })
      .map(one =>
        engine(
          one.kind,
          one.version,
          {
            ...{
              rootless: one.rootless,
              selinux: one.selinux,
              runtimes: one.runtimes,
              cdiSpecDirs: one.dirs,
            },
            ...{
              discoveredDevices: one.discovered.map(id => ({ id })),
              operatingSystem: one.operatingSystem,
            },
          },
          one.remote,
        ),
      );
    const anyHost = fc
      .record({
        gpus: fc.array(gpu, { maxLength: 3 }),
        cdiDevices: fc.subarray([...cdi, 'amd.com/gpu=all']),
        wsl: fc.boolean(),
      })
      .map(({ gpus, ...more }) => host(gpus, more));
    const request = fc.oneof(
      fc.constantFrom<GpuRequest>({ want: 'none' }, { want: 'optional' }, { want: 'required' }),
      fc
        .array(fc.constantFrom('0', '1', '0:1', 'MIG-a0000000', 'GPU-0', 'x'), { maxLength: 3 })
        .map(devices => some(...devices)),
    );
    fc.assert(
      fc.property(anyEngine, anyHost, request, (target, machine, asked) => {
        const words = told(target, machine, asked);
        assert.ok(!(words.includes('--gpus') && words.includes('--device')), words);
        if (asked.want === 'required') assert.match(words, /^!|--gpus|--device/);
        if (target.kind === 'podman') assert.doesNotMatch(words, /--gpus/);
      }),
      { numRuns: 500 },
    );
  });
});
