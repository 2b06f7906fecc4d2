/** What every way of installing into a new environment shares: what it is given, and how its program is run. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { formatCommand } from '../../base/runCommand.ts';
import { hideSecrets } from '../../base/secretText.ts';
import { errorText } from '../../base/systemError.ts';
import type { LockedPython } from '../environmentLock.ts';
import { buildFailed } from './errors.ts';
import type { RebuildPlan } from './rebuildPlan.ts';

export interface Installation {
  readonly python: LockedPython;
  readonly plan: RebuildPlan;
  /** Absolute; made by the installation. */
  readonly folder: string;
  /** A folder of ours to start programs in, so that no configuration of a project is met. */
  readonly home: string;
  /** Interpreter that the environment stands on; undefined where uv or conda brings it. */
  readonly start: string | undefined;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const keptLines = 20;

/** Runs `program` to its end; its lines are progress. Rejects with `environment-not-built`, or when aborted. */
export async function runInstaller(
  { home, onProgress, signal }: Installation,
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    cwd: home,
    env: { ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // A group of its own: builds of packages start compilers, and cancelling ends them, too.
    detached: process.platform !== 'win32',
  });
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', line => {
      const text = hideSecrets(line.trimEnd());
      if (text.trim() === '' || /^\[notice\]/.test(text)) return;
      last.push(text.trim());
      if (last.length > keptLines) last.shift();
      onProgress?.(text);
    });
  const stop = (): void => {
    try {
      if (process.platform === 'win32' || child.pid === undefined) child.kill('SIGKILL');
      else process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal?.throwIfAborted();
    if (code !== 0) throw buildFailed(formatCommand(program, args.slice(0, 2)), last);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && 'mend' in error) throw error;
    throw buildFailed(program, [errorText(error)], error);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

export interface RequirementFile {
  readonly file: string;
  /** Whether every line of it has hashes: pip and uv want them for all lines of a file or for none. */
  readonly hashed: boolean;
}

/** Writes the requirements of the plan into the new environment, those with hashes first. */
export async function requirementFiles({ plan, folder }: Installation): Promise<RequirementFile[]> {
  const files: RequirementFile[] = [];
  for (const hashed of [true, false]) {
    const lines = plan.requirements.filter(one => one.hashed === hashed).map(one => one.line);
    if (lines.length === 0) continue;
    const file = join(folder, hashed ? 'lockstep-hashed.txt' : 'lockstep-other.txt');
    await writeFile(file, lines.join('\n') + '\n');
    files.push({ file, hashed });
  }
  return files;
}
