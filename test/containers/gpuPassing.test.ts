/** The words that a plan gives, on real engines: harmless device nodes stand for a GPU, a script for NVIDIA's hook. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../src/base/runCommand.ts';
import type { EngineFacts } from '../../src/environments/engine/engine.ts';
import { detectGpus } from '../../src/environments/gpu/detectGpus.ts';
import { explainStartError } from '../../src/environments/gpu/explainStartError.ts';
import type { GpuHost, GpuRequest } from '../../src/environments/gpu/gpuHost.ts';
import { planGpuPassing } from '../../src/environments/gpu/planGpuPassing.ts';
import { smokeTest, type ExecInside } from '../../src/environments/gpu/smokeTest.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { engineCommand, engineSays, removeByLabel } from '../helpers/containers/engineCommand.ts';
import { docker, podman, type TestEngine } from '../helpers/containers/testEngine.ts';
import { temporaryFolder } from '../helpers/temporaryFolder.ts';

const label = 'lockstep.test=gpu-passing';
const gpu = { vendor: 'nvidia', index: 0, name: 'NVIDIA H200', uuid: 'GPU-00000000-aaaa' } as const;
const host: GpuHost = {
  ...{
    gpus: [gpu, { ...gpu, index: 1, uuid: 'GPU-11111111-bbbb' }],
    wsl: false,
    cdiDevices: [],
    problems: [],
  },
  ...{ groups: { video: 44, render: 993 }, toolkit: ['nvidia-ctk', 'nvidia-container-runtime-hook'] },
};
const facts: EngineFacts = {
  ...{
    osType: 'linux',
    operatingSystem: 'Debian GNU/Linux 12',
    kernel: '6.1.0',
    rootless: false,
    selinux: false,
  },
  ...{ runtimes: ['runc'], defaultRuntime: 'runc', discoveredDevices: [], cdiSpecDirs: [] },
};

/** What the plan says for this engine, which has the version that it tells. */
async function words(engine: TestEngine, machine: GpuHost, request: GpuRequest): Promise<readonly string[]> {
  const format = engine.kind === 'docker' ? '{{.Server.Version}}' : '{{.Client.Version}}';
  const version = await engineSays(engine, ['version', '--format', format]);
  const { kind, endpoint } = engine;
  return planGpuPassing({ kind, version, endpoint, remote: false, facts }, machine, request).runArgs;
}

async function run(engine: TestEngine, args: readonly string[], command: readonly string[]): Promise<string> {
  const image = await baseImage(engine);
  const all = ['run', '--rm', '--label', label, '--network', 'none', ...args, image, ...command];
  const outcome = await runCommand(engineCommand(engine, all));
  return outcome.exitCode === 0 ? outcome.stdout.toString('utf8') : `failed: ${outcome.stderr}`;
}

describe('GPUs into containers', () => {
  describe("by Docker's hook", () => {
    it('reach it as asked, and a failure of it is explained', async function () {
      const engine = docker(this);
      const hook = engine.nvidiaHook;
      if (hook === undefined) return this.skip();
      const visible = ['printenv', 'NVIDIA_VISIBLE_DEVICES'];
      const [uuid0, uuid1] = ['GPU-00000000-aaaa', 'GPU-11111111-bbbb'];
      const every = await words(engine, host, { want: 'optional' });
      assert.equal(await run(engine, every, visible), 'all\n');
      const two = await words(engine, host, { want: 'required', devices: [uuid1, '0'] });
      assert.equal(await run(engine, two, visible), `${uuid1},${uuid0}\n`);
      const before = await readFile(hook, 'utf8');
      try {
        await writeFile(
          hook,
          '#!/bin/sh\ncat >/dev/null\necho "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver" >&2\nexit 1\n',
        );
        const said = await run(engine, every, visible);
        assert.deepEqual(
          [explainStartError(said)?.code, said.startsWith('failed')],
          ['driver-too-old', true],
        );
      } finally {
        await writeFile(hook, before);
      }
      // What an engine without CDI says of a device by CDI.
      const byCdi = await run(engine, ['--device', 'nvidia.com/gpu=all'], ['true']);
      assert.equal(explainStartError(byCdi)?.code, 'cdi-switched-off');
    });

    it('do not come unasked', async function () {
      const engine = docker(this);
      const none = await words(engine, host, { want: 'none' });
      assert.deepEqual(none, []);
      const test = await withContainer(engine, none, exec => smokeTest(exec, true));
      assert.match(test.problem?.message ?? '', /dropped the request/);
    });
  });

  it('by device nodes and numeric groups', async function () {
    const engine = docker(this);
    const amd = { vendor: 'amd', index: 0, name: 'AMD', nodes: ['/dev/null:/dev/dri/renderD128'] } as const;
    const passed = await words(engine, { ...host, gpus: [amd] }, { want: 'required' });
    // The compute interface is not on this machine: another node stands for it.
    const stood = passed.map(word => (word === '/dev/kfd' ? '/dev/zero:/dev/kfd' : word));
    assert.match(await run(engine, stood, ['id', '--groups']), /\b44 993$/m);
    const test = await withContainer(engine, stood, exec => smokeTest(exec, true, 'amd'));
    assert.deepEqual([test.visible, test.devices, test.problem], [true, ['/dev/dri/renderD128'], undefined]);
  });

  it("by CDI on Podman, from the machine's own specification to the smoke test", async function () {
    const engine = await podman(this);
    const spec = '/var/run/cdi/lockstep-test.json';
    // Only root may write specifications, and those of a machine with a GPU are left alone.
    const there = (await detectGpus()).cdiDevices.some(name => name.startsWith('nvidia.com/gpu='));
    if (process.getuid?.() !== 0 || there) return this.skip();
    await assert.rejects(words(engine, host, { want: 'required' }), { code: 'cdi-spec-missing' });
    await using folder = await temporaryFolder();
    const tool = join(folder.path, 'nvidia-smi');
    await writeFile(tool, '#!/bin/sh\necho "GPU 0: NVIDIA H200 (UUID: GPU-00000000-aaaa)"\n');
    await chmod(tool, 0o755);
    const had = existsSync('/var/run/cdi');
    await mkdir('/var/run/cdi', { recursive: true });
    try {
      const mount = (containerPath: string): object => ({
        hostPath: tool,
        containerPath,
        options: ['ro', 'bind'],
      });
      const nodes = [
        { path: '/dev/nvidia0', hostPath: '/dev/null' },
        { path: '/dev/nvidiactl', hostPath: '/dev/zero' },
      ];
      const whole = {
        deviceNodes: nodes,
        mounts: [mount('/usr/bin/nvidia-smi'), mount('/usr/lib/x86_64-linux-gnu/libcuda.so.1')],
      };
      const devices = [
        { name: 'all', containerEdits: whole },
        { name: 'GPU-00000000-aaaa', containerEdits: { deviceNodes: nodes } },
      ];
      await writeFile(spec, JSON.stringify({ cdiVersion: '0.3.0', kind: 'nvidia.com/gpu', devices }));
      const { cdiDevices } = await detectGpus();
      const machine = { ...host, cdiDevices };
      const all = await words(engine, machine, { want: 'required' });
      assert.deepEqual(all, ['--device', 'nvidia.com/gpu=all']);
      const good = await withContainer(engine, all, exec => smokeTest(exec, true));
      assert.deepEqual([good.visible, good.devices, good.problem], [true, ['NVIDIA H200'], undefined]);
      const one = await words(engine, machine, { want: 'required', devices: ['0'] });
      assert.deepEqual(one, ['--device', 'nvidia.com/gpu=GPU-00000000-aaaa']);
    } finally {
      await rm(had ? spec : '/var/run/cdi', { recursive: true, force: true });
    }
  });
});

/** A container with these words that waits, for as long as `work` takes. */
async function withContainer<Result>(
  engine: TestEngine,
  args: readonly string[],
  work: (exec: ExecInside) => Promise<Result>,
): Promise<Result> {
  const image = await baseImage(engine);
  const at = ['run', '--detach', '--label', label, '--network', 'none', '--stop-timeout', '0'];
  try {
    const id = await engineSays(engine, [...at, ...args, image, 'sleep', '600']);
    return await work(async argv => {
      const done = await runCommand(engineCommand(engine, ['exec', id, ...argv]));
      return { exitCode: done.exitCode, stdout: done.stdout.toString('utf8'), stderr: done.stderr };
    });
  } finally {
    await removeByLabel(engine, label);
  }
}
