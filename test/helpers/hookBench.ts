/** The observer of Python programs, run by itself: what it notes of a program, without a run around it. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand, type CommandOutcome } from '../../src/base/runCommand.ts';
import { pythonHook } from '../../src/execution/capture/pythonHook.ts';
import { readSeen, type Seen } from '../../src/execution/capture/readSeen.ts';
import { scrubbedEnvironment } from './scrubbedEnvironment.ts';
import { temporaryFolder } from './temporaryFolder.ts';

export const hookFolder = fileURLToPath(new URL('../../src/execution/capture/pythonHook', import.meta.url));

/** A folder with a program, run with and without the hook. */
export class HookBench implements AsyncDisposable {
  readonly root: string;
  readonly #remove: () => Promise<void>;
  readonly python: string;

  private constructor(root: string, python: string, remove: () => Promise<void>) {
    this.root = root;
    this.python = python;
    this.#remove = remove;
  }

  static async open(files: Readonly<Record<string, string>>, python = 'python3'): Promise<HookBench> {
    const folder = await temporaryFolder();
    const root = join(folder.path, 'project');
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), content);
    }
    return new HookBench(root, python, () => folder.remove());
  }

  get seenFile(): string {
    return join(dirname(this.root), 'seen.jsonl');
  }

  environment(
    extra: Readonly<Record<string, string>> = {},
    ownPath: readonly string[] = [],
  ): NodeJS.ProcessEnv {
    const variables = scrubbedEnvironment(dirname(this.root), { PYTHONDONTWRITEBYTECODE: '1', ...extra });
    const hook = pythonHook(hookFolder, this.seenFile, {});
    assert.ok(hook !== undefined);
    return { ...variables, ...hook.variables, ...extra, PYTHONPATH: [hook.folder, ...ownPath].join(':') };
  }

  async run(args: readonly string[], env = this.environment()): Promise<CommandOutcome> {
    return runCommand({ program: this.python, args, cwd: this.root, env, timeoutMs: 60_000 });
  }

  seen(): Promise<Seen> {
    return readSeen(this.seenFile);
  }

  /** What was seen below the project, short. */
  async shown(): Promise<{ reads: string[]; writes: string[]; code: string[] }> {
    const seen = await this.seen();
    const short = (path: string): string => relative(this.root, path);
    return {
      reads: seen.reads.map(({ path }) => short(path)).sort(),
      writes: seen.writes.map(short).sort(),
      code: seen.code.map(short).sort(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }
}
