/** A machine of a test's own: the system's files below a folder, and tools on a PATH that print what the test says. */
import { readFileSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootsBelow, type GpuRoots } from '../../src/environments/gpu/gpuRoots.ts';

export interface GpuMachine {
  readonly roots: GpuRoots;
  readonly variables: NodeJS.ProcessEnv;
}

export interface GpuMachineParts {
  /** Path below the root → content; `→ target` makes a link. */
  readonly files?: Readonly<Record<string, string>>;
  /** Program → body of a shell script. */
  readonly tools?: Readonly<Record<string, string>>;
}

export async function gpuMachine(
  folder: string,
  { files = {}, tools = {} }: GpuMachineParts,
): Promise<GpuMachine> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    const [, target] = /^→ (.*)$/.exec(content) ?? [];
    if (target === undefined) await writeFile(join(folder, path), content);
    else await symlink(target, join(folder, path));
  }
  for (const [name, body] of Object.entries(tools)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${body}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return { roots: rootsBelow(folder), variables: { PATH: `${bin}:/usr/bin:/bin` } };
}

/** Prints a file of test/fixtures/gpu. */
export function prints(fixture: string): string {
  return `cat '${gpuFixturePath(fixture)}'`;
}

export function gpuFixture(name: string): string {
  return readFileSync(gpuFixturePath(name), 'utf8');
}

function gpuFixturePath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/gpu/${name}`, import.meta.url));
}
