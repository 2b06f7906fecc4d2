/**
 * The container of one reproduction, made from the very image that the run recorded. Invariants: the workspace, its
 * object store, its data and whatever else the original had mounted are there to be read only; a run of somebody else
 * has the data it was given and nothing more (its checkout holds the objects that it needs); the checkout and the record of
 * the reproduction are the only places to write; the container goes with the reproduction, and one that was left behind
 * by a kill goes with the next.
 */
import { isMarkedHere } from '../../execution/capture/markPlan.ts';
import { ContainerApi } from '../../execution/inside/containerApi.ts';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import { environmentNotSupported } from '../errors.ts';
import { haveImage, originalEnvironment, recordedVariables } from './originalContainer.ts';
import type { RecordedContainer } from './originalContainer.ts';
import { passedSettings } from './passedSettings.ts';
import type { AllowedSettings } from './passedSettings.ts';
import { compareWithLock } from './rebuiltImage.ts';
import type { RebuiltImage } from './rebuiltImage.ts';
import { reproductionMounts } from './reproductionMounts.ts';
import type { MountsRequest } from './reproductionMounts.ts';
import { runContainerLabels, sweepRunContainers } from './sweepRunContainers.ts';

export interface ReproductionContainerRequest extends MountsRequest {
  readonly store: string;
  readonly id: string;
  readonly network: boolean;
  /** In place of the recorded image: one that was built once more. */
  readonly image?: RebuiltImage | undefined;
  /** The GPU to use, in place of the recorded ones. */
  readonly gpu?: string | undefined;
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly signal: AbortSignal;
}

export interface ReproductionContainer {
  readonly record: ContainerRecord;
  /** What the run had in its environment, as far as the record may hold it. */
  readonly variables: Readonly<Record<string, string>>;
  /** Reasons why the verdict cannot be `identical`. */
  readonly caps: readonly string[];
}

/** Resolves when it runs. Rejects with `image-gone`, or as the engine does. */
export async function makeReproductionContainer(
  request: ReproductionContainerRequest,
): Promise<ReproductionContainer> {
  const { plan, store, id, environment, signal } = request;
  const original = plan.environment.container;
  const endpoint = environment['DOCKER_HOST'] ?? original?.endpoint;
  if (original === undefined || endpoint === undefined) throw environmentNotSupported(plan.environment.kind);
  const api = new ContainerApi(endpoint);
  await sweepRunContainers(endpoint, { store, but: id });
  const image = request.image?.id ?? (await haveImage(api, original, request));
  const trusted = await isMarkedHere(store, plan);
  const network = networkOf(original, request.network, trusted);
  const { env, remote } = await originalEnvironment(api, original, image, environment, trusted);
  const passed = withGpu(passedSettings(original.passed, trusted), request.gpu);
  const { mounts, dropped } = await reproductionMounts(request, trusted);
  const lacking = [
    ...passed.dropped,
    ...(network !== 'host' && original.network === 'host' && request.network
      ? ['the network of the host']
      : []),
    ...dropped.map(source => `the mount of ${source}`),
  ];
  const created = await api.create(
    `lockstep-${id.slice(-6).toLowerCase()}`,
    {
      Image: image,
      Env: env,
      Entrypoint: ['/bin/sh'],
      // It only waits: the command is executed in it. As the first process it must answer a request to stop.
      Cmd: ['-c', `trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done`],
      WorkingDir: '/',
      User: '0',
      Labels: await runContainerLabels(store, id),
      HostConfig: {
        ...passed.settings,
        ...(network === undefined ? {} : { NetworkMode: network }),
        Mounts: mounts.map(({ type, source, target, readOnly }) => ({
          ...{ Type: type, Source: source, Target: target, ReadOnly: readOnly },
        })),
      },
    },
    { signal },
  );
  const record: ContainerRecord = {
    ...{ engine: original.engine, endpoint, id: created, made: true },
    ...(original.engineVersion === undefined ? {} : { engineVersion: original.engineVersion }),
    ...(original.user === undefined ? {} : { user: original.user }),
  };
  try {
    await api.start(created, { signal });
  } catch (error) {
    await api.remove(created).catch(() => undefined);
    throw error;
  }
  const drift = request.image?.proven === false ? await compareWithLock(request.layout.checkout, record) : [];
  return {
    ...{ record, variables: { ...remote, ...recordedVariables(plan, original) } },
    caps: [
      ...drift.slice(0, 20).map(line => `its rebuilt image: ${line}`),
      ...(lacking.length === 0
        ? []
        : [
            trusted
              ? `the container could not be given ${lacking.join(', ')}`
              : `the run was not recorded here, so its container was not given ${lacking.join(', ')}`,
          ]),
    ],
  };
}

/**
 * Gives everything below `folder` to the person whose folder it is: what root wrote inside could not be removed outside.
 * Never rejects.
 */
export async function giveBackFiles(record: ContainerRecord | undefined, folder: string): Promise<void> {
  if (record?.['made'] !== true || process.getuid?.() === 0) return;
  const script = 'chown -R "$(stat -c %u:%g "$1")" "$1"';
  await new ContainerApi(record.endpoint)
    .run(record.id, { argv: ['/bin/sh', '-c', script, 'lockstep', folder], user: '0' })
    .catch(() => undefined);
}

/** Only devices that are asked for by their names can be others. */
function withGpu(passed: AllowedSettings, gpu: string | undefined): AllowedSettings {
  if (gpu === undefined) return passed;
  const requests = passed.settings['DeviceRequests'];
  if (!Array.isArray(requests)) return { ...passed, dropped: [...passed.dropped, `the GPU ${gpu}`] };
  const chosen = requests.map((one: Record<string, unknown>) => ({ ...one, Count: 0, DeviceIDs: [gpu] }));
  return { ...passed, settings: { ...passed.settings, DeviceRequests: chosen } };
}

/** Networks of their own may be gone, and their containers with them. */
function networkOf(
  { network, engine }: RecordedContainer,
  wanted: boolean,
  trusted: boolean,
): string | undefined {
  if (!wanted || network === 'none') return 'none';
  if (network === 'host' && trusted) return network;
  return engine === 'podman' ? undefined : 'bridge';
}
