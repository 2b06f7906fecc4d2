/**
 * The container of one reproduction, made from the very image that the run recorded. Invariants: the workspace, its
 * object store, its data and whatever else the original had mounted are there to be read only, and of all that a run of
 * somebody else has but the objects and the data it was given; the checkout and the record of the reproduction are the only
 * places to write; the container goes with the reproduction, and one that was
 * left behind by a kill goes with the next.
 */
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { errorText } from '../../base/systemError.ts';
import { openDataProject } from '../../data/operations/openDataProject.ts';
import { isMarkedHere } from '../../execution/capture/markPlan.ts';
import { ContainerApi } from '../../execution/inside/containerApi.ts';
import { imageGone } from '../../execution/inside/errors.ts';
import { remoteVariables } from '../../execution/inside/findContainer.ts';
import type { EnvironmentIdentity, Plan } from '../../runs/plan.ts';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { environmentNotSupported } from '../errors.ts';
import { passedSettings } from './passedSettings.ts';
import type { AllowedSettings } from './passedSettings.ts';
import { compareWithLock } from './rebuiltImage.ts';
import { isInside } from './relocatePaths.ts';
import { runContainerLabels, sweepRunContainers } from './sweepRunContainers.ts';

export interface ReproductionContainerRequest {
  readonly plan: Plan;
  readonly paths: RunPaths;
  readonly store: string;
  readonly id: string;
  /** The workspace that the store belongs to. Absolute. */
  readonly workspace: string;
  readonly layout: CheckoutLayout;
  /** Virtual environments that the run used, on this machine. Absolute. */
  readonly environmentFolders: readonly string[];
  /** Where links of the checkout to data lead that was too large to be copied. Absolute. */
  readonly linked: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly network: boolean;
  /** In place of the recorded image: the id of one that was built once more. */
  readonly image?: string | undefined;
  /** The GPU to use, in place of the recorded ones. */
  readonly gpu?: string | undefined;
  readonly signal: AbortSignal;
}

export interface ReproductionContainer {
  readonly record: ContainerRecord;
  /** What the run had in its environment, as far as the record may hold it. */
  readonly variables: Readonly<Record<string, string>>;
  /** Reasons why the verdict cannot be `identical`. */
  readonly caps: readonly string[];
}

type RecordedContainer = NonNullable<EnvironmentIdentity['container']>;

interface Mount {
  readonly type: 'bind' | 'volume';
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
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
  const image = request.image ?? (await haveImage(api, original, signal));
  const trusted = await isMarkedHere(store, plan);
  const network = networkOf(original, request.network, trusted);
  const { env, remote } = await environmentOfOriginal(api, original, image, environment, trusted);
  const passed = withGpu(passedSettings(original.passed, trusted), request.gpu);
  const { mounts, dropped } = await mountsOf(request, original, trusted);
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
  const drift = request.image === undefined ? [] : await compareWithLock(request.layout.checkout, record);
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

async function haveImage(
  api: ContainerApi,
  { imageId, repoDigests }: RecordedContainer,
  signal: AbortSignal,
): Promise<string> {
  if ((await api.image(imageId, { signal })) !== undefined) return imageId;
  let said = '';
  for (const digest of repoDigests) {
    try {
      await api.pull(digest, { signal });
      const image = await api.image(digest, { signal });
      if (image !== undefined) return image.Id;
    } catch (error) {
      signal.throwIfAborted();
      said = errorText(error);
    }
  }
  throw imageGone(imageId, repoDigests, said);
}

/**
 * What the record may not hold of the environment: from the container, as long as it is there, else from what its image
 * says of itself.
 */
async function environmentOfOriginal(
  api: ContainerApi,
  { id, workspaceFolder }: RecordedContainer,
  image: string,
  local: Readonly<Record<string, string | undefined>>,
  trusted: boolean,
): Promise<{ readonly env: readonly string[]; readonly remote: Record<string, string> }> {
  // Somebody else's record may name a container of other people, whose variables hold secrets.
  const there = trusted ? await api.inspect(id).catch(() => undefined) : undefined;
  const config = there?.Config ?? (await api.image(image))?.Config ?? undefined;
  return {
    env: there?.Config.Env ?? [],
    remote: remoteVariables(
      config?.Labels ?? {},
      config?.Env ?? [],
      // Its image may name any variable of the person as `${localEnv:NAME}`.
      trusted ? local : {},
      workspaceFolder === '' ? undefined : workspaceFolder,
    ),
  };
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

async function mountsOf(
  { plan, paths, layout, workspace, linked, environmentFolders, environment }: ReproductionContainerRequest,
  original: RecordedContainer,
  trusted: boolean,
): Promise<{ readonly mounts: readonly Mount[]; readonly dropped: readonly string[] }> {
  const mounts = new Map<string, Mount>();
  const bind = (source: string, target: string, readOnly: boolean): void => {
    // An engine would make a folder of what is not there.
    if (!mounts.has(target) && existsSync(source))
      mounts.set(target, { type: 'bind', source, target, readOnly });
  };
  bind(layout.base, layout.base, false);
  // Under the name that the original had: what is written in code and configuration finds it.
  if (original.workspaceFolder !== '' && original.workspaceFolder !== workspace)
    bind(layout.checkout, original.workspaceFolder, false);
  bind(paths.dir, paths.dir, false);
  const objects = await alternatesOf(layout.checkout);
  if (!trusted) {
    // Of this machine somebody else's run sees what git needs for the checkout, and the data it was given, alone.
    for (const place of [...objects, ...linked]) bind(place, place, true);
    const recorded = (original.mounts ?? []).map(({ source }) => source);
    const others = [...environmentFolders, ...recorded].filter(source => !isInside(plan.root, source));
    return {
      mounts: [...mounts.values()],
      dropped: [...new Set(others.filter(source => (isAbsolute(source) ? existsSync(source) : true)))],
    };
  }
  // Links to large files and environments lead there. A store's settings lie beside its objects.
  bind(workspace, workspace, true);
  const stores = objects.map(folder => dirname(folder));
  for (const folder of [...stores, ...(await cachesOf(workspace, environment)), ...environmentFolders])
    if (!isInside(folder, workspace)) bind(folder, folder, true);
  for (const { type, source, target } of original.mounts ?? []) {
    if (mounts.has(target) || target === original.workspaceFolder) continue;
    if (type === 'volume') mounts.set(target, { type, source, target, readOnly: true });
    // What held the project, or its record, is the checkout's now; a socket is a door out of the container.
    else if (
      type === 'bind' &&
      !isInside(plan.root, source) &&
      !isInside(source, paths.dir) &&
      !isSocket(source)
    )
      bind(source, target, true);
  }
  return { mounts: [...mounts.values()], dropped: [] };
}

/** Object stores that the checkout shares, and those that they share in turn. */
async function alternatesOf(checkout: string): Promise<string[]> {
  const found = new Set<string>();
  const waiting = [join(checkout, '.git', 'objects')];
  for (let objects = waiting.pop(); objects !== undefined; objects = waiting.pop()) {
    const text = await readFile(join(objects, 'info', 'alternates'), 'utf8').catch(() => '');
    for (const line of text.split('\n').filter(one => one !== '')) {
      const folder = isAbsolute(line) ? line : join(objects, line);
      if (found.has(folder)) continue;
      found.add(folder);
      waiting.push(folder);
    }
  }
  return [...found];
}

async function cachesOf(
  workspace: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  try {
    const { repositories } = await openDataProject(workspace, environment);
    return repositories.map(({ settings }) => settings.cacheFolder);
  } catch {
    return [];
  }
}

function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

function recordedVariables(plan: Plan, { searchPath }: RecordedContainer): Record<string, string> {
  return {
    ...(searchPath === undefined ? {} : { PATH: searchPath }),
    ...Object.fromEntries(
      Object.entries(plan.variables).flatMap(([name, variable]) =>
        'value' in variable && typeof variable.value === 'string' ? [[name, variable.value]] : [],
      ),
    ),
  };
}
