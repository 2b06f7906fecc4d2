/**
 * A container as the place of a command. The supervisor stays on this machine and the run's folder is mounted inside, so
 * everything that is written there is followed as always; what the container calls by other names is translated here.
 */
import type { ProcessIdentity } from '../../base/processIdentity.ts';
import { findProcessTree } from '../../base/processTree.ts';
import type { TreeRoot } from '../../base/processTree.ts';
import { captured, declared, unknown } from '../../runs/known.ts';
import type { EnvironmentIdentity } from '../../runs/plan.ts';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import type { CommandPlace, PlaceOptions } from '../commandPlace.ts';
import { readCommandWords } from '../capture/commandWords.ts';
import { endTree } from '../endTree.ts';
import type { CommandEnd } from '../spawnCommand.ts';
import { notedEnd } from '../hostPlace.ts';
import { runIdVariable } from '../childEnvironment.ts';
import { supervisorVariable } from '../supervisorEnvironment.ts';
import { awaitInside } from './awaitInside.ts';
import { ContainerApi } from './containerApi.ts';
import { countInside, endInside } from './endInside.ts';
import type { InsideTree } from './endInside.ts';
import { projectNotMounted, shellMissing } from './errors.ts';
import { hardwareInside } from './hardwareInside.ts';
import { identifyInside } from './identifyInside.ts';
import { InsideFolder } from './insideFolder.ts';
import { lookAtContainer } from './lookAtContainer.ts';
import { packagesInside } from './packagesInside.ts';
import { passedOn } from './passedOn.ts';
import { probeInside } from './probeInside.ts';
import type { ProbedContainer } from './probeInside.ts';
import { openRelay } from './mlflowRelay.ts';
import type { Relay } from './mlflowRelay.ts';
import { shownHere } from './shownHere.ts';
import { startInside } from './startInside.ts';
import { keyVariable, wrapperFiles } from './wrapperScript.ts';

export interface ContainerPlaceOptions extends PlaceOptions {
  readonly runId: string;
  readonly target: ContainerRecord;
  /** What the launcher knows of the environment: its kind, lock and drift. */
  readonly known: EnvironmentIdentity;
  /** Over the container's own environment, for every command: `remoteEnv`, and what a reproduction sets; undefined removes. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The true command, secrets included; paths as on this machine. */
  readonly argv: readonly string[];
  /** On this machine. Absolute. */
  readonly cwd: string;
  /** Of this machine, absolute: the root of the project. */
  readonly root: string;
}

/** Rejects with `container-gone`, `container-not-running`, `project-not-mounted`, or as the engine does. */
export async function containerPlace(options: ContainerPlaceOptions): Promise<CommandPlace> {
  const { target, paths, runId, known, note, warn } = options;
  const api = new ContainerApi(target.endpoint);
  const opened = await lookAtContainer(api, target, [options.root, paths.dir]);
  const { map, record } = opened;
  const folder = new InsideFolder(paths);
  const over = new AbortController();
  const words = readCommandWords(options.argv);
  let probing: Promise<ProbedContainer> | undefined;
  let relay: Relay | undefined;

  const inside = (path: string): string => {
    const name = map.toContainer(path);
    if (name === undefined) throw projectNotMounted(path, opened.name);
    return name;
  };
  const entries = (variables: Readonly<Record<string, string | undefined>>): string[] =>
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const probe = (): Promise<ProbedContainer> => (probing ??= ask());

  async function ask(): Promise<ProbedContainer> {
    await folder.make();
    const python = words.interpreter ?? (words.script === undefined ? undefined : 'python3');
    const answer = await probeInside(api, {
      ...{ container: record.id, user: record.user, env: entries(options.variables) },
      file: inside(paths.launch),
      folder: inside(folder.path),
      cwd: inside(options.cwd),
      python: typeof python === 'number' ? map.wordToContainer(options.argv[python] ?? '') : python,
      signal: over.signal,
    });
    if (answer === undefined) throw shellMissing(opened.name, '');
    if (!answer.seesRun) throw projectNotMounted(paths.dir, opened.name);
    return answer;
  }

  const tree = (started: ContainerRecord): InsideTree => ({
    ...{ api, runId, container: record.id, user: record.user },
    ...{ wrapper: started.pid, wrapperStart: started.pidStart },
    containerStartedAt: started.startedAt,
  });
  const wait = (started: ContainerRecord, child: ProcessIdentity | undefined): Promise<CommandEnd> =>
    awaitInside(
      {
        ...{ api, child, note },
        container: started.id,
        containerStartedAt: started.startedAt,
        exec: started.exec,
        dir: paths.dir,
        count: signal => countInside(tree(started), signal),
        shown: async () => {
          const own = process.getuid?.();
          // Of another user's processes this machine does not tell the mark.
          if (child === undefined || (own !== 0 && own !== started.owner)) return undefined;
          const root: TreeRoot = { root: child, session: child.pid, marker: `${runIdVariable}=${runId}` };
          return (await findProcessTree(root)).length;
        },
      },
      over.signal,
    );
  let wrapped: ContainerRecord = record;

  return {
    isHere: false,
    identity: () =>
      identifyInside(
        api,
        opened,
        known,
        probe().then(({ environment }) => environment['PATH']),
      ),
    environment: async here => ({
      ...(await probe()).environment,
      ...passedOn(here),
      ...options.variables,
    }),
    async interpreter() {
      const { python } = await probe();
      if (python === undefined) return unknown('the command names no Python interpreter of the container');
      const { path, realPath, version, implementation, prefix } = python;
      const interpreter = { path, realPath, version, implementation, prefix };
      return words.interpreter !== undefined && words.launchers.length === 0
        ? captured(interpreter)
        : declared(interpreter, `${words.launchers.join(', ') || 'the program'} chooses the interpreter`);
    },
    async hookFolder(hook, makesFiles) {
      // Of several processes the one counts that makes the file, so it cannot be made for them.
      if (makesFiles && !(await probe()).mayWrite)
        warn(
          'The operations are not recorded: the user inside the container may not make files in the folder of the run. Set "remoteUser" in devcontainer.json to a user with your own user id, then: lockstep env rebuild',
        );
      return inside(await folder.addHook(hook));
    },
    inside,
    outside: path => map.toHost(path),
    async start(command) {
      const { uid, mayWrite } = await probe();
      const begun = await startInside({
        ...{ api, folder, opened, command, inside, mayWrite },
        argv: command.argv.map(word => map.wordToContainer(word)),
        env: [...entries(command.environment), `${keyVariable}=${folder.key}`],
        signal: over.signal,
      });
      const child = await shownHere(api, begun);
      const record = { ...begun, ...(child?.owner === undefined ? {} : { owner: child.owner }) };
      wrapped = record;
      if (child?.owner !== undefined) folder.warnOfOwner(child.owner, uid, warn);
      relay?.start((await probe()).python?.path);
      return {
        pid: record.pid ?? -1,
        child: child?.identity,
        recorded: {
          container: record,
          ...(child === undefined ? {} : { processGroup: child.identity.pid }),
        },
        ended: wait(record, child?.identity),
      };
    },
    async resume(before) {
      if (before?.ended !== undefined)
        return { pid: -1, child: before.child, recorded: {}, ended: Promise.resolve(notedEnd(before.ended)) };
      const found = before?.container?.pid === undefined ? await folder.startedWrapper() : {};
      const started: ContainerRecord = { ...record, ...before?.container, ...found };
      const { pid } = started;
      if (pid === undefined && !folder.has(wrapperFiles.ended)) return undefined;
      wrapped = started;
      const child = before?.child ?? (await shownHere(api, started).catch(() => undefined))?.identity;
      const ended = wait(started, child).then(end => {
        if (end.at === undefined) return end;
        const since = Date.parse(before?.startedAt ?? '') || end.at;
        return {
          ...end,
          noted: { at: new Date(end.at).toISOString(), durationMs: Math.max(0, end.at - since) },
        };
      });
      return { pid: pid ?? -1, child, recorded: { container: started }, ended };
    },
    async openMlflow(port) {
      if (opened.sharesNetwork) return;
      relay = await openRelay({
        ...{ api, port, folder, note, warn },
        container: record.id,
        user: record.user,
        inside: inside(folder.path),
      });
    },
    tree({ child }) {
      const root = (remembered: TreeRoot['remembered']): TreeRoot => ({
        root: child ?? { pid: -1 },
        ...(child === undefined ? {} : { session: child.pid }),
        marker: `${runIdVariable}=${runId}`,
        foreign: `${supervisorVariable}=`,
        ...(remembered === undefined ? {} : { remembered }),
      });
      return {
        root,
        end: async ({ remembered, ...stages }) =>
          endInside(tree(wrapped), stages).catch(async (error: unknown) => {
            note(`ending from outside: ${String(error)}`);
            return endTree({ ...stages, tree: () => root(remembered()) });
          }),
      };
    },
    hardware: async variables => hardwareInside(api, record, await probe().catch(() => undefined), variables),
    packages: async (interpreter, { seenPath }, variables) =>
      packagesInside(api, record, {
        ...{ interpreter, seenPath, outside: path => map.toHost(path) },
        env: entries({ ...variables, PYTHONPATH: undefined }),
      }),
    async close() {
      over.abort(new Error('the run is over'));
      relay?.close();
      await folder.close();
      // Made for this run alone.
      if (target['made'] === true) await api.remove(record.id).catch(() => undefined);
    },
  };
}
