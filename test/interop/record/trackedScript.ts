/** Runs one of `scripts/` with the real command line, in a repository of its own, and reads what came of it. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Peer } from '../../../scripts/provision/pythonPeers.ts';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';
import { recordedChildren, recordedRun, type RecordedRun } from './recordedRun.ts';
import { readTruth, type Truth } from './truth.ts';

export interface TrackedScript extends AsyncDisposable {
  readonly project: CliProject;
  /** That it ran with. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the script. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly truth: Truth;
  readonly run: RecordedRun;
  readonly children: readonly RecordedRun[];
}

export interface ScriptOptions {
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** Nothing that a person would not have set either, but for what keeps libraries from calling home. */
const quiet = {
  MLFLOW_DISABLE_TELEMETRY: 'true',
  DVCLIVE_LOGLEVEL: 'ERROR',
  DVC_NO_ANALYTICS: '1',
  WANDB_ERROR_REPORTING: 'false',
  HF_HUB_OFFLINE: '1',
};

/** A project with `scripts/<script>.py` in it, committed, and where the script writes down what it logs. */
export async function scriptProject(
  script: string,
  { files = {}, env = {} }: ScriptOptions = {},
): Promise<{ project: CliProject; env: Readonly<Record<string, string>>; truthFolder: string }> {
  const scripts = join(projectRoot, 'test', 'interop', 'scripts');
  const project = await cliProject({
    'train.py': await readFile(join(scripts, `${script}.py`), 'utf8'),
    'truth.py': await readFile(join(scripts, 'truth.py'), 'utf8'),
    '.gitignore': '__pycache__/\n',
    ...files,
  });
  const truthFolder = join(project.repository.home, 'truth');
  await mkdir(truthFolder);
  return { project, truthFolder, env: { ...quiet, INTEROP_TRUTH: truthFolder, ...env } };
}

/** Runs the script to its end. Rejects when the run itself could not be made. */
export async function trackedScript(
  peer: Peer,
  script: string,
  options: ScriptOptions = {},
): Promise<TrackedScript> {
  const { project, env, truthFolder } = await scriptProject(script, options);
  const words = ['run', '--json', '--', peer.python, 'train.py', ...(options.words ?? [])];
  const outcome = await project.lockstep(words, { env });
  const told = z.looseObject({ id: z.string() }).safeParse(parsed(outcome.stdout));
  if (!told.success) throw new Error(`There is no run: ${outcome.stdout}${outcome.stderr}`);
  return {
    project,
    env,
    exitCode: outcome.code,
    output: outcome.stderr,
    truth: await readTruth(truthFolder),
    run: await recordedRun(project, told.data.id),
    children: await recordedChildren(project),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
