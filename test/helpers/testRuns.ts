/** Starts real runs in a temporary project, from a scrubbed environment, and reads what came of them. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findProcessTree, signalProcessTree } from '../../src/base/processTree.ts';
import { launchRun } from '../../src/execution/launchRun.ts';
import type { LaunchedRun, LaunchRequest } from '../../src/execution/launchRun.ts';
import type { RunPaths } from '../../src/runs/runPaths.ts';
import { scrubbedEnvironment } from './scrubbedEnvironment.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { waitFor } from './waitFor.ts';

const root = join(import.meta.dirname, '..', '..');

/** What is shipped where it is built, else its source. */
export const supervisorScript = shipped('supervisor.cjs', 'supervisorMain.ts');
export const commandLine = shipped('cli.cjs', 'main.ts');

function shipped(bundle: string, source: string): string {
  const built = join(root, 'dist', bundle);
  return existsSync(built) ? built : join(root, 'src', 'cli', source);
}

export interface TestRuns extends AsyncDisposable {
  /** The project's folder, outside git, with a space in its path. */
  readonly root: string;
  readonly store: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly cacheFolder: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Starts `argv` in the project. */
  launch(argv: readonly string[], request?: Partial<LaunchRequest>): Promise<LaunchedRun>;
}

/** Whatever a test leaves running is ended with it. */
export async function testRuns(options: { readonly parent?: string } = {}): Promise<TestRuns> {
  const folder = await temporaryFolder();
  const project = join(options.parent ?? folder.path, 'project');
  const home = join(folder.path, 'home');
  await mkdir(project, { recursive: true });
  await mkdir(home);
  const environment = scrubbedEnvironment(home);
  const store = join(project, '.lockstep');
  const cacheFolder = join(folder.path, 'cache');
  const launched: LaunchedRun[] = [];
  return {
    root: project,
    store,
    environment,
    cacheFolder,
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(project, name)), { recursive: true });
        await writeFile(join(project, name), content);
      }
    },
    async launch(argv, request = {}) {
      const run = await launchRun(
        {
          ...{ store, root: project, cwd: project, toolVersion: '0.0.0-test' },
          grace: { interruptMs: 2_000, terminateMs: 1_000 },
          argv: [...argv],
          variables: environment,
          ...request,
        },
        { node: process.execPath, supervisorScript, cacheFolder },
      );
      launched.push(run);
      return run;
    },
    async [Symbol.asyncDispose]() {
      for (const { id, paths } of launched) await endEverything(id, paths);
      await folder.remove();
    },
  };
}

/** Kills the supervisor and the command of a run, whatever is left of them. */
export async function endEverything(id: string, paths: RunPaths): Promise<void> {
  for (const marker of [`LOCKSTEP_SUPERVISOR=${id}`, `LOCKSTEP_RUN_ID=${id}`])
    await signalProcessTree({ root: { pid: -1 }, marker }, 'SIGKILL');
  const left = (): Promise<unknown[]> =>
    findProcessTree({ root: { pid: -1 }, marker: `LOCKSTEP_RUN_ID=${id}` });
  await waitFor(`the processes of the run in ${paths.dir} to end`, async () => (await left()).length === 0, {
    describe: async () => JSON.stringify(await left()),
  });
}

/** A JSON file of a run, as it is. */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
}
