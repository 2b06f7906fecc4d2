/** Everything that is decided before a container is made: GPUs, mounts, labels; written down as an override configuration. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import type { EnvironmentIdentity } from '../../runs/plan.ts';
import { detectGpus } from '../gpu/detectGpus.ts';
import type { GpuHost, GpuPassing } from '../gpu/gpuHost.ts';
import { planGpuPassing } from '../gpu/planGpuPassing.ts';
import { ownLabels } from './containers.ts';
import type { DevcontainerConfig } from './devcontainerSchema.ts';
import { makeEnvironmentFolder } from './environmentFolder.ts';
import type { EnvironmentFolder } from './environmentFolder.ts';
import { environmentInputs, quickLimits } from './environmentInputs.ts';
import type { EnvironmentInputs } from './environmentInputs.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';
import { extraMounts } from './extraMounts.ts';
import { askedGpus } from './gpuRequest.ts';
import type { GpuChoice } from './gpuRequest.ts';
import { identityVariable, insideFolder } from './insideContainer.ts';
import { overrideConfiguration } from './overrideConfiguration.ts';
import type { Devcontainer } from './readDevcontainer.ts';
import { usesTorch } from './usesTorch.ts';

export interface PreparedUp {
  readonly override: DevcontainerConfig;
  readonly inputs: EnvironmentInputs;
  readonly passing: GpuPassing;
  readonly host: GpuHost | undefined;
  /** Whether a GPU has to be visible inside: asked for, and passed by us or by the project's own runArgs. */
  readonly expectsGpu: boolean;
  /** Whether limits of locked memory and stack are asked for, which nobody but us wants. */
  readonly raisesLimits: boolean;
  /** The label of the container that is made with this override, and of no other. */
  readonly callMark: string;
}

/**
 * Throws where a required GPU cannot be passed. Writes the override and the inputs into `folder`.
 * @param value What the container is made from, where that is not devcontainer.json as it is.
 * @param mayRaiseLimits False where the engine was found not to be able to.
 */
export async function prepareUp(
  devcontainer: Devcontainer,
  request: EnvironmentRequest,
  folder: EnvironmentFolder,
  value: DevcontainerConfig = devcontainer.value,
  mayRaiseLimits = true,
): Promise<PreparedUp> {
  const { root, engine, variables } = request;
  const asked = askedGpus(value, request.gpus);
  // Where nothing asks for a GPU no tool is started to look for one.
  const host =
    asked.request.want === 'none' || engine.remote
      ? undefined
      : await detectGpus({ variables, signal: request.signal });
  const passing = planGpuPassing(engine, host ?? noGpus, asked.request);
  const passed = passing.how !== 'none';
  const inputs = await currentInputs(devcontainer, request.gpus, request.signal);
  const identity = handedIdentity(request, passing);
  const callMark = randomBytes(8).toString('hex');
  const raisesLimits = passed && mayRaiseLimits && !engine.facts.rootless;
  const override = overrideConfiguration(value, {
    labels: {
      [ownLabels.project]: root,
      [ownLabels.inputs]: inputs.hash,
      [ownLabels.call]: callMark,
      ...(request.lock === undefined ? {} : { [ownLabels.lock]: request.lock }),
    },
    gpuArgs: passing.runArgs,
    sharedMemory: passed || asked.by === 'runArgs' || (await usesTorch(root)),
    raiseLimits: raisesLimits,
    mounts: engine.remote
      ? []
      : [
          ...(await extraMounts(root, variables)),
          { source: folder.inside, target: insideFolder, readOnly: true },
        ],
    environment: { [identityVariable]: JSON.stringify(identity) },
  });
  await makeEnvironmentFolder(folder);
  await mkdir(folder.inside, { recursive: true });
  await writeJsonAtomic(folder.override, override, 0o600);
  await writeJsonAtomic(folder.inputs(inputs.hash), inputs, 0o600);
  const expectsGpu = passed || asked.by === 'runArgs';
  return { override, inputs, passing, host, expectsGpu, raisesLimits, callMark };
}

/** With what of a person's choices makes another container. */
export async function currentInputs(
  devcontainer: Devcontainer,
  choice: GpuChoice | undefined,
  signal: AbortSignal | undefined,
): Promise<EnvironmentInputs> {
  return environmentInputs(devcontainer, choice === undefined ? {} : { gpus: choice }, {
    ...quickLimits,
    signal,
  });
}

/** What is known before there is a container; the mounted file has the rest. */
function handedIdentity(
  { engine, root, lock }: EnvironmentRequest,
  passing: GpuPassing,
): EnvironmentIdentity {
  return {
    kind: 'devcontainer',
    ...(lock === undefined ? {} : { lock }),
    container: {
      engine: engine.kind,
      engineVersion: engine.version,
      id: '',
      imageId: '',
      repoDigests: [],
      workspaceFolder: root,
      gpu: passing.summary,
    },
  };
}

const noGpus: GpuHost = { gpus: [], wsl: false, cdiDevices: [], groups: {}, problems: [] };
