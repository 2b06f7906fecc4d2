/** Starts the wrapper in the container and waits for its word: the command runs, or why it does not. */
import type { ContainerRecord } from '../../runs/processRecord.ts';
import { notExecutable, programNotFound } from '../errors.ts';
import type { CommandToSpawn } from '../spawnCommand.ts';
import type { ContainerApi } from './containerApi.ts';
import {
  notStartedInside,
  notWritableInside,
  shellMissing,
  terminalInside,
  workingFolderNotInside,
} from './errors.ts';
import type { InsideFolder } from './insideFolder.ts';
import { startedWrapper } from './insideFolder.ts';
import type { OpenedContainer } from './lookAtContainer.ts';
import { waitForFile } from './waitForFile.ts';
import { wrapperArgv, wrapperCannotWrite, wrapperFiles } from './wrapperScript.ts';

export interface StartInsideRequest {
  readonly api: ContainerApi;
  readonly folder: InsideFolder;
  readonly opened: OpenedContainer;
  readonly command: CommandToSpawn;
  /** As the container is to get it. */
  readonly argv: readonly string[];
  readonly env: readonly string[];
  /** The container's name for a path of this machine. */
  readonly inside: (path: string) => string;
  /** Whether the user inside may write where the run's files lie. */
  readonly mayWrite: boolean;
  readonly signal: AbortSignal;
}

/** A busy engine takes long to start something; its own word ends the wait earlier. */
const patienceMs = 60_000;
const askEveryMs = 500;

/** Resolves with the record of what runs. */
export async function startInside(request: StartInsideRequest): Promise<ContainerRecord> {
  const { api, folder, opened, command, argv, env, inside, signal } = request;
  const { record, name } = opened;
  if (command.stdin === 'terminal') throw terminalInside();
  await folder.make();
  if (!request.mayWrite) await folder.openToAll();
  const place = inside(folder.path);
  const run = place.slice(0, place.lastIndexOf('/'));
  const input = command.stdin === 'stored' ? `${run}/stdin` : '/dev/null';
  const words = [place, inside(command.cwd), input, ...argv];
  const exec = await api
    .startDetached(record.id, { argv: wrapperArgv(words), user: record.user, env }, { signal, patienceMs })
    .catch((error: unknown) => {
      // The engine's own words name the runtime, the shell and a folder of its own.
      if (error instanceof Error && /exec.*\/bin\/sh|no such file or directory/.test(error.message))
        throw shellMissing(name, '');
      throw error;
    });
  const said = await firstWord(api, folder, exec);
  if (said === wrapperFiles.started || said === wrapperFiles.ended) {
    return { ...record, exec, ...startedWrapper(folder.read(wrapperFiles.started)) };
  }
  const [program = ''] = argv;
  switch (folder.read(wrapperFiles.refused)?.trim()) {
    case 'missing':
      throw programNotFound(program);
    case 'forbidden':
      throw notExecutable(program, new Error('it is no program that may be executed in the container'));
    case 'cwd':
      throw workingFolderNotInside(command.cwd, name);
    case undefined:
    default:
      break;
  }
  const facts = await api.execFacts(exec);
  if (facts?.ExitCode === wrapperCannotWrite) throw notWritableInside(run, record.user ?? 'of the image');
  throw notStartedInside(folder.said()?.trim().slice(-500) ?? `exit code ${facts?.ExitCode ?? 'unknown'}`);
}

/** Undefined when the wrapper ended without a word. */
async function firstWord(api: ContainerApi, folder: InsideFolder, exec: string): Promise<string | undefined> {
  const words = [wrapperFiles.started, wrapperFiles.refused, wrapperFiles.ended];
  // Where others may write into the folder, what they put there is no word of the wrapper.
  const counts = (name: string): boolean => folder.read(name) !== undefined;
  const end = performance.now() + patienceMs;
  for (;;) {
    const word = await waitForFile(folder.path, words, askEveryMs, { counts });
    if (word !== undefined || performance.now() >= end) return word;
    const facts = await api.execFacts(exec).catch(() => undefined);
    if (facts?.Running === false) return waitForFile(folder.path, words, askEveryMs, { counts });
  }
}
