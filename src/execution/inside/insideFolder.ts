/**
 * `inside` of a run folder: where the wrapper in the container and the supervisor meet. All files that the command
 * writes into the run's folder are made by the supervisor first, so they belong to the person whoever runs inside.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseStat } from '../../base/processIdentity.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { insideFolder, insideKeyFile, readInsideKey, withoutKey } from '../../runs/insideEnd.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import { waitForFile } from './waitForFile.ts';
import { wrapperFiles } from './wrapperScript.ts';

/** How long a wrapper that was just started may take to say so, in milliseconds. */
const startMs = 3_000;

export class InsideFolder {
  readonly path: string;
  readonly #paths: RunPaths;
  /** Modes before others were let in, by path. */
  readonly #former = new Map<string, number>();
  #made: Promise<void> | undefined;

  constructor(paths: RunPaths) {
    this.#paths = paths;
    this.path = insideFolder(paths.dir);
  }

  /** What the wrapper signs its words with; there once the folder is made. */
  get key(): string {
    return readInsideKey(this.#paths.dir) ?? '';
  }

  /** Rejects with the system's error. */
  make(): Promise<void> {
    return (this.#made ??= this.#make());
  }

  /**
   * Absolute, on this machine: holds the files of the hook and room for what Python compiles of them. That is never
   * opened to others: Python would execute what they put there.
   */
  async addHook(from: string): Promise<string> {
    await this.make();
    const folder = join(this.path, 'pythonHook');
    await mkdir(join(folder, '__pycache__'), { recursive: true });
    for (const name of await readdir(from))
      if (name.endsWith('.py')) await copyFile(join(from, name), join(folder, name));
    return folder;
  }

  /**
   * Lets any user write: the one inside has another number than the person, and no other right to. What is there already
   * nobody else can replace or take away.
   */
  async openToAll(): Promise<void> {
    for (const path of [this.path, ...this.#written()]) {
      const mode = await modeOf(path);
      if (mode === undefined) continue;
      this.#former.set(path, mode);
      await chmod(path, path === this.path ? 0o1777 : 0o666).catch(() => undefined);
    }
  }

  has(name: string): boolean {
    return existsSync(join(this.path, name));
  }

  /** What the shell itself printed. */
  said(): string | undefined {
    return this.#text(wrapperFiles.said);
  }

  /** What the wrapper wrote; undefined where there is nothing, or it is somebody else's. */
  read(name: string): string | undefined {
    const text = this.#text(name);
    return text === undefined ? undefined : withoutKey(text, readInsideKey(this.#paths.dir));
  }

  #text(name: string): string | undefined {
    try {
      return readFileSync(join(this.path, name), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** The wrapper by its number inside; waits a moment for one that was just started. */
  async startedWrapper(): Promise<StartedWrapper> {
    const words = [wrapperFiles.started, wrapperFiles.refused, wrapperFiles.ended];
    await waitForFile(this.path, words, startMs, { counts: name => this.read(name) !== undefined });
    return startedWrapper(this.read(wrapperFiles.started));
  }

  /** @param owner As this machine knows the user that the command runs as. */
  warnOfOwner(owner: number, uidInside: number, warn: (text: string) => void): void {
    const own = process.getuid?.();
    if (own === undefined || own === 0 || own === owner) return;
    warn(
      `The command runs as user ${uidInside} of the container, so the files it writes belong to user ${owner} of this machine and not to you; to change that, set "remoteUser" in devcontainer.json and make the container again: lockstep env rebuild`,
    );
  }

  /** What the wrapper said is needed until the result is written. Never rejects. */
  async close(): Promise<void> {
    for (const path of [this.path, ...this.#written()]) {
      const mode = await modeOf(path);
      // Perhaps opened by a supervisor that was killed since.
      if (mode !== undefined && (mode & 0o002) !== 0)
        await chmod(path, this.#former.get(path) ?? mode & 0o755).catch(() => undefined);
    }
    if (existsSync(this.#paths.result))
      for (const path of [this.path, insideKeyFile(this.#paths.dir)])
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }

  async #make(): Promise<void> {
    await mkdir(this.path, { recursive: true });
    // One that is there is the run's: a supervisor that takes it over must know what the wrapper signs with.
    await writeFile(insideKeyFile(this.#paths.dir), `${randomBytes(16).toString('hex')}\n`, {
      ...{ flag: 'wx', mode: 0o600 },
    }).catch((error: unknown) => {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    });
    await Promise.all(this.#written().map(path => writeFile(path, '', { flag: 'a' })));
  }

  #written(): string[] {
    const { stdout, stderr, seen, childMetrics } = this.#paths;
    return [stdout, stderr, seen, childMetrics];
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mode }) => mode & 0o7777,
    () => undefined,
  );
}

/** As the record of the container names it. */
export interface StartedWrapper {
  readonly pid?: number;
  readonly pidStart?: string;
}

/** Of the file `started`: the number comes first, then the wrapper's line of `/proc`. */
export function startedWrapper(text: string | undefined): StartedWrapper {
  const [, number, line = ''] = /^(\d+) (.*)/.exec(text ?? '') ?? [];
  const pid = Number(number);
  if (!Number.isInteger(pid) || pid <= 0) return {};
  const pidStart = parseStat(line.trim())?.startTime;
  return { pid, ...(pidStart === undefined || !/^\d+$/.test(pidStart) ? {} : { pidStart }) };
}
