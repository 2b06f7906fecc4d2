/** The image that container tests start from: Debian with Python and git, put into an engine when first asked for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { engineCommand } from './engineCommand.ts';
import { startedEngines } from './startedEngines.ts';
import type { TestEngine } from './testEngine.ts';

/** Resolves with its name: `lockstep-test/base:bookworm`. */
export async function baseImage(engine: TestEngine): Promise<string> {
  const base = startedEngines()?.base;
  if (base === undefined) throw new Error('No engines were started.');
  const there = await runCommand({ ...engineCommand(engine, ['image', 'inspect', base.name]) });
  if (there.exitCode === 0) return base.name;
  const made =
    base.tar === undefined
      ? await build(engine, base.name)
      : await runCommand(engineCommand(engine, ['import', base.tar, base.name]));
  if (made.exitCode !== 0) throw new Error(`No base image in ${engine.endpoint}: ${made.stderr.trim()}`);
  return base.name;
}

/** Where no file system could be made (it takes root on Debian): from what the public registry has. */
async function build(engine: TestEngine, name: string): Promise<{ exitCode: number | null; stderr: string }> {
  await using folder = await temporaryFolder();
  const packages = 'python3 python3-venv git ca-certificates procps';
  await writeFile(
    join(folder.path, 'Dockerfile'),
    `FROM docker.io/library/debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends ${packages}\n`,
  );
  return await runCommand(engineCommand(engine, ['build', '--tag', name, folder.path]));
}
