/** A repository mounted into a running container, as a devcontainer mounts it, and runs that execute in there. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findContainer } from '../../../src/execution/inside/findContainer.ts';
import { launchRun } from '../../../src/execution/launchRun.ts';
import type { LaunchedRun, LaunchRequest } from '../../../src/execution/launchRun.ts';
import { cliProject } from '../lockstepCli.ts';
import type { CliProject } from '../lockstepCli.ts';
import { endEverything, supervisorScript } from '../testRuns.ts';
import { baseImage } from './baseImage.ts';
import { engineSays } from './engineCommand.ts';
import type { TestEngine } from './testEngine.ts';

/** Where the project is mounted. */
export const workspaceFolder = '/workspaces/the project';

export interface InsideProject extends AsyncDisposable, CliProject {
  readonly store: string;
  readonly engine: TestEngine;
  /** Its name. */
  readonly container: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Starts `argv` in the container. */
  launch(argv: readonly string[], request?: Partial<LaunchRequest>): Promise<LaunchedRun>;
  /** Processes of the run with this id that live in the container, by their command lines. */
  processes(run: string): Promise<string[]>;
}

let count = 0;

/**
 * @param options Words for `run`: a user, a network. The container has no network unless they say so.
 * @param image In place of the tests' own.
 */
export async function insideProject(
  engine: TestEngine,
  files: Readonly<Record<string, string>>,
  options: readonly string[] = [],
  metadata: object = {},
  image?: string,
): Promise<InsideProject> {
  const project = await cliProject(files);
  const container = `lockstep-inside-${process.pid}-${++count}`;
  const { root, environment } = project;
  await engineSays(engine, [
    ...['run', '--detach', '--name', container, '--network', 'none', ...options],
    ...['--label', `devcontainer.local_folder=${root}`],
    ...['--label', `devcontainer.config_file=${join(root, '.devcontainer', 'devcontainer.json')}`],
    ...['--label', `devcontainer.metadata=${JSON.stringify([metadata])}`],
    ...['--volume', `${root}:${workspaceFolder}`],
    ...[image ?? (await baseImage(engine)), 'sh', '-c'],
    "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done",
  ]);
  const launched: LaunchedRun[] = [];
  const store = join(root, '.git', 'lockstep');
  // Every command of the test reaches this engine.
  environment['DOCKER_HOST'] = engine.endpoint;
  return {
    ...project,
    ...{ store, engine, container },
    async write(more) {
      for (const [name, content] of Object.entries(more)) await writeFile(join(root, name), content);
    },
    async launch(argv, request = {}) {
      const found = await findContainer({
        ...{ kind: engine.kind, endpoint: engine.endpoint, folders: [root], environment },
      });
      if (found === undefined) throw new Error(`${container} does not run`);
      const run = await launchRun(
        {
          ...{ store, root, cwd: root, toolVersion: '0.0.0-test' },
          grace: { interruptMs: 1_000, terminateMs: 1_000 },
          ...{ argv: [...argv], variables: environment, inside: found.inside },
          environment: { kind: 'devcontainer', target: found.target },
          ...request,
        },
        { node: process.execPath, supervisorScript, cacheFolder: join(root, '..', 'cache') },
      );
      launched.push(run);
      return run;
    },
    async processes(run) {
      const look = `for p in /proc/[0-9]*; do tr '\\000' '\\n' <$p/environ 2>/dev/null | grep -q "^LOCKSTEP_RUN_ID=${run}" && { tr '\\000' ' ' <$p/cmdline; echo; }; done; true`;
      const said = await engineSays(engine, ['exec', '--user', '0', container, 'sh', '-c', look]);
      return said.split('\n').filter(line => line.trim() !== '');
    },
    async [Symbol.asyncDispose]() {
      await engineSays(engine, ['rm', '--force', '--volumes', container]);
      for (const { id, paths } of launched) await endEverything(id, paths);
      await project[Symbol.asyncDispose]();
    },
  };
}
