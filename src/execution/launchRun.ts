/**
 * Starts a run: a folder, what is asked (launch.json), and a supervisor that lives on its own. From then on the
 * launcher is one reader of the run among others.
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { ulid } from 'ulid';
import { isStarted } from '../runs/processRecord.ts';
import { runPaths } from '../runs/runPaths.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { storeNotWritable, supervisorDied, supervisorNotStarted } from './errors.ts';
import { awaitRun } from './awaitRun.ts';
import { redactArguments } from './capture/secrets.ts';
import { followRun } from './followRun.ts';
import { readProcessRecord, readRunEnd } from './runEnd.ts';
import type { RunEnd } from './runEnd.ts';
import { lockstepCacheFolder } from '../base/lockstepCacheFolder.ts';
import { installSupervisor } from './installSupervisor.ts';
import { launchSpecSchema, launchVersion } from './launchSpec.ts';
import type { LaunchSpec, LaunchSpecInput } from './launchSpec.ts';
import { privateInputDescriptor, writePrivateInput } from './privateInput.ts';
import { storeStdin } from './storeStdin.ts';
import { spawnSupervisor } from './spawnSupervisor.ts';

/** What is to be run. Fields without a word here are explained in launchSpec.ts. */
export interface LaunchRequest extends Omit<
  LaunchSpecInput,
  'schemaVersion' | 'id' | 'createdAt' | 'secretArguments' | 'stdin'
> {
  /** The true command, secrets included: they are taken out before anything is written. */
  readonly argv: string[];
  /** The environment of the command, as it is recorded and given on; the launcher's own in most cases. */
  readonly variables: NodeJS.ProcessEnv;
  /** For a command in a container: set over the container's own environment (`remoteEnv`). Never written down. */
  readonly inside?: Readonly<Record<string, string>>;
  /** What the command reads from standard input: stored first, then fed to it. Empty when left out. */
  readonly stdin?: NodeJS.ReadableStream;
}

export interface LaunchOptions {
  /** The Node that runs the supervisor: `process.execPath`, the editor's own included. */
  readonly node: string;
  /** Absolute path of the supervisor's bundle. */
  readonly supervisorScript: string;
  readonly cacheFolder?: string;
  /** One that was started before the request was known; see startEarlySupervisor.ts. */
  readonly early?: Promise<ChildProcess | undefined> | undefined;
}

export interface LaunchedRun {
  readonly id: string;
  readonly paths: RunPaths;
  readonly supervisorPid: number;
  /** The command as it is recorded, and which of its words hide something. */
  readonly recorded: Pick<LaunchSpec, 'argv' | 'secretArguments'>;
  /** Resolves when the command runs or the run has ended; rejects when the supervisor died before (`supervisor-died`). */
  started(signal?: AbortSignal): Promise<void>;
  /** Resolves when the run has ended or its supervisor is gone. */
  ended(signal?: AbortSignal): Promise<RunEnd>;
}

/**
 * Resolves when the supervisor has been started, a few hundredths of a second later. The caller may exit at any time
 * after. Rejects with `store-not-writable`, `disk-full` or `supervisor-not-started`; then there is no run.
 */
export async function launchRun(request: LaunchRequest, options: LaunchOptions): Promise<LaunchedRun> {
  const id = ulid();
  const paths = runPaths(request.store, id);
  const { variables, stdin, argv, inside, ...asked } = request;
  const { redacted, secretArguments } = redactArguments(argv, variables);
  const spec = launchSpecSchema.parse({
    ...asked,
    schemaVersion: launchVersion,
    id,
    createdAt: new Date().toISOString(),
    argv: redacted,
    secretArguments,
    stdin: request.tty === true ? 'terminal' : stdin === undefined ? 'empty' : 'stored',
  });

  const [early] = await Promise.all([options.early, prepareFolder(paths, stdin)]);
  // It starts while launch.json is still being written, and reads it once the private input has come to its end.
  const supervisor =
    early !== undefined && early.exitCode === null && early.signalCode === null && !spec.tty
      ? early
      : await startSupervisor(options, paths, spec);
  try {
    await writeFile(paths.launch, JSON.stringify(spec, null, 1) + '\n');
  } catch (error) {
    supervisor.kill('SIGKILL');
    throw storeNotWritable(paths.dir, error);
  }
  const environment = Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  // A supervisor that dies at once is told by `started`, with its own last words.
  await writePrivateInput(privatePipe(supervisor), {
    ...{ dir: paths.dir, argv, environment },
    ...(inside === undefined ? {} : { inside: { ...inside } }),
  }).catch(() => undefined);
  supervisor.unref();
  return {
    id,
    paths,
    supervisorPid: supervisor.pid ?? 0,
    recorded: spec,
    started: signal => waitUntilStarted(paths, supervisor, signal),
    ended: signal => followRun(paths, { signal }),
  };
}

async function prepareFolder(paths: RunPaths, stdin: NodeJS.ReadableStream | undefined): Promise<void> {
  try {
    await mkdir(dirname(paths.dir), { recursive: true });
    // Not recursive: the folder of another run is never taken.
    await mkdir(paths.dir);
    if (stdin !== undefined) await storeStdin(stdin, paths.stdin);
  } catch (error) {
    throw storeNotWritable(paths.dir, error);
  }
}

async function startSupervisor(
  { node, supervisorScript, cacheFolder }: LaunchOptions,
  paths: RunPaths,
  { id, tty }: LaunchSpec,
): Promise<ChildProcess> {
  const script = await installSupervisor(supervisorScript, cacheFolder ?? lockstepCacheFolder());
  let log: number;
  try {
    log = openSync(paths.supervisorLog, 'a');
  } catch (error) {
    throw storeNotWritable(paths.dir, error);
  }
  try {
    const supervisor = spawnSupervisor({ node, script, run: { id, dir: paths.dir }, log, tty });
    await new Promise<void>((resolve, reject) => {
      supervisor.once('spawn', resolve);
      supervisor.once('error', error => reject(supervisorNotStarted(node, error)));
    });
    return supervisor;
  } finally {
    closeSync(log);
  }
}

function privatePipe(supervisor: ChildProcess): Writable {
  const pipe = supervisor.stdio[privateInputDescriptor];
  if (pipe instanceof Writable) return pipe;
  throw supervisorNotStarted('', 'its pipe is missing');
}

async function waitUntilStarted(
  paths: RunPaths,
  supervisor: ChildProcess,
  signal: AbortSignal | undefined,
): Promise<void> {
  const outcome = await awaitRun(
    paths,
    async () => {
      // Looked at first: what it left behind is complete by then.
      const dead = supervisor.exitCode !== null || supervisor.signalCode !== null;
      const end = await readRunEnd(paths);
      if (end !== undefined && end.state !== 'lost') return 'ended';
      if (isStarted(await readProcessRecord(paths))) return 'started';
      return dead || end !== undefined ? 'died' : undefined;
    },
    { signal },
  );
  if (outcome === 'died') throw supervisorDied(await lastWords(paths.supervisorLog));
}

async function lastWords(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-3).join(' ').slice(-1_000);
}
