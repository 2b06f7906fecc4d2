/** A GPU in `env up`, from the tool of the machine to the look from inside; harmless nodes and a script stand for it. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { LockstepError } from '../../src/base/lockstepError.ts';
import type { EnvironmentRequest } from '../../src/environments/devcontainer/environmentRequest.ts';
import { environmentState } from '../../src/environments/devcontainer/environmentStateOf.ts';
import { rebuildEnvironment } from '../../src/environments/devcontainer/rebuildEnvironment.ts';
import { upEnvironment } from '../../src/environments/devcontainer/upEnvironment.ts';
import { detectGpus } from '../../src/environments/gpu/detectGpus.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { devcontainerProject } from '../helpers/containers/devcontainerProject.ts';
import type { DevcontainerProject } from '../helpers/containers/devcontainerProject.ts';
import { engineSays } from '../helpers/containers/engineCommand.ts';
import { docker, podman, type TestEngine } from '../helpers/containers/testEngine.ts';
import { temporaryFolder } from '../helpers/temporaryFolder.ts';

/** As its documentation has it, of a machine with one GPU and a driver for CUDA 12.2. */
const nvidiaSmi = `#!/bin/sh
case "$*" in
*-q*-x*) echo '<nvidia_smi_log><driver_version>535.104.05</driver_version><cuda_version>12.2</cuda_version></nvidia_smi_log>' ;;
*query-gpu*) printf 'name, memory.total [MiB], driver_version, index, uuid, compute_cap\\nNVIDIA A10, 23028 MiB, 535.104.05, 0, GPU-00000000-aaaa, 8.6\\n' ;;
*) echo 'GPU 0: NVIDIA A10 (UUID: GPU-00000000-aaaa)' ;;
esac
`;
const spec = '/var/run/cdi/lockstep-test-up.json';

describe('a devcontainer that wants a GPU', () => {
  let tools: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
  let hadFolder = true;

  before(async function () {
    // A machine with a GPU is left alone.
    const { gpus, cdiDevices } = await detectGpus();
    if (process.getuid?.() !== 0 || gpus.length > 0 || cdiDevices.length > 0) this.skip();
    tools = await temporaryFolder();
    await writeFile(join(tools.path, 'nvidia-smi'), nvidiaSmi, { mode: 0o755 });
    hadFolder = existsSync('/var/run/cdi');
    await mkdir('/var/run/cdi', { recursive: true });
  });
  after(async () => {
    await rm(hadFolder ? spec : '/var/run/cdi', { recursive: true, force: true });
    await tools?.[Symbol.asyncDispose]();
  });

  /** What a CDI specification gives a container. */
  async function specify(edits: object): Promise<void> {
    const devices = [{ name: 'all', containerEdits: edits }];
    await writeFile(spec, JSON.stringify({ cdiVersion: '0.3.0', kind: 'nvidia.com/gpu', devices }));
  }

  async function wanting(engine: TestEngine, image: string): Promise<DevcontainerProject> {
    const project = await devcontainerProject(engine, {
      '.devcontainer.json': JSON.stringify({
        ...{ image, runArgs: ['--network=none'], hostRequirements: { gpu: true } },
      }),
    });
    const { variables, engine: known } = project.request;
    const format = engine.kind === 'docker' ? '{{.Server.Version}}' : '{{.Client.Version}}';
    const version = await engineSays(engine, ['version', '--format', format]);
    // The tools of the machine, and of Docker's hook where a test has one.
    const found = [
      tools?.path ?? '',
      ...(engine.nvidiaHook === undefined ? [] : [dirname(engine.nvidiaHook)]),
    ];
    const PATH = [...found, variables['PATH'] ?? ''].join(delimiter);
    const request: EnvironmentRequest = {
      ...{ ...project.request, engine: { ...known, version }, variables: { ...variables, PATH } },
    };
    return { ...project, request };
  }

  async function failure(request: EnvironmentRequest): Promise<LockstepError> {
    const error: unknown = await upEnvironment(request).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof LockstepError, String(error));
    return error;
  }

  it('gets it by CDI on Podman, and what is seen inside is kept', async function () {
    const engine = await podman(this);
    const mount = (containerPath: string): object => ({
      ...{ hostPath: join(tools?.path ?? '', 'nvidia-smi'), containerPath, options: ['ro', 'bind'] },
    });
    await specify({
      deviceNodes: [
        { path: '/dev/nvidia0', hostPath: '/dev/null' },
        { path: '/dev/nvidiactl', hostPath: '/dev/zero' },
      ],
      mounts: [mount('/usr/bin/nvidia-smi'), mount('/usr/lib/x86_64-linux-gnu/libcuda.so.1')],
    });
    await using project = await wanting(engine, await baseImage(engine));
    const { request } = project;
    const outcome = await upEnvironment(request);
    assert.deepEqual([outcome.how, outcome.warnings, outcome.gpuProblem], ['created', [], undefined]);
    assert.match(outcome.gpu ?? '', /nvidia\.com\/gpu=all|CDI/);
    const { smokeTest } = await environmentState(request);
    assert.deepEqual(
      [smokeTest?.asked, smokeTest?.visible, smokeTest?.devices],
      [true, true, ['NVIDIA A10']],
    );
    // Podman may not raise limits here: no reason to be without a container then, nor to keep the old one.
    const again = await rebuildEnvironment(request);
    assert.deepEqual([again.how, again.container.id === outcome.container.id], ['created', false]);
  });

  it('fails with the cause where the specification gives nothing, and the container is there to look into', async function () {
    const engine = await podman(this);
    await specify({ env: ['NVIDIA_VISIBLE_DEVICES=all'] });
    await using project = await wanting(engine, await baseImage(engine));
    const { request } = project;
    const error = await failure(request);
    assert.equal(error.code, 'gpu-not-visible', error.message);
    assert.match(error.mend ?? '', /nvidia-ctk|lockstep env gpus|CDI/);
    const { smokeTest, container } = await environmentState(request);
    assert.deepEqual([smokeTest?.visible, container?.state], [false, 'running']);
  });

  it("fails with the cause where Docker's hook gives nothing", async function () {
    const engine = docker(this);
    if (engine.nvidiaHook === undefined) this.skip();
    await using project = await wanting(engine, await baseImage(engine));
    const { request } = project;
    const error = await failure(request);
    assert.equal(error.code, 'gpu-not-visible', error.message);
  });

  for (const kind of ['docker', 'podman'] as const)
    it(`is not begun where the driver is too old for the image's CUDA on ${kind}`, async function () {
      const engine = kind === 'docker' ? docker(this) : await podman(this);
      if (kind === 'docker' && engine.nvidiaHook === undefined) this.skip();
      await specify({ deviceNodes: [{ path: '/dev/nvidia0', hostPath: '/dev/null' }] });
      const image = `lockstep-test/cuda-${kind}:13`;
      const id = await engineSays(engine, ['create', '--network=none', await baseImage(engine), 'true']);
      const demand = [
        '--change',
        'ENV CUDA_VERSION=13.0.1',
        '--change',
        'ENV NVIDIA_REQUIRE_CUDA=cuda>=13.0',
      ];
      await engineSays(engine, ['commit', ...demand, id, image]);
      await engineSays(engine, ['rm', id]);
      try {
        await using project = await wanting(engine, image);
        const { request } = project;
        const error = await failure(request);
        assert.equal(error.code, 'cuda-too-new', error.message);
        assert.match(error.message, /driver 535\.104\.05.*13\.0/);
        assert.deepEqual(await project.containers(), []);
      } finally {
        await engineSays(engine, ['rmi', '--force', image]);
      }
    });
});
