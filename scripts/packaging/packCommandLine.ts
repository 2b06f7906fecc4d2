/** Packs the command line alone as an npm package without dependencies: `npm i -g lockstep-cli-0.1.0.tgz`. */
import { copyFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../projectRoot.ts';
import { npm } from '../provision/npm.ts';
import { readManifest } from './manifest.ts';

/** The bundles of the command line: what it starts lies beside it. */
const fromDist = [
  'cli.cjs',
  'supervisor.cjs',
  'data-worker.cjs',
  'engine.cjs',
  'remotes',
  'pythonHook',
  'devcontainer-templates',
  'devcontainers-cli',
  'THIRD-PARTY-NOTICES.txt',
];

/** Resolves with the path of `<name>-cli-<version>.tgz` in `folder`. The bundles must be in dist/. */
export async function packCommandLine(folder: string): Promise<string> {
  const { name, version, description, license, engines } = await readManifest();
  const staging = await mkdtemp(join(tmpdir(), 'lockstep-cli-'));
  try {
    for (const part of fromDist)
      await cp(join(projectRoot, 'dist', part), join(staging, part), {
        recursive: true,
        filter: path => !path.endsWith('.map'),
      });
    for (const text of ['LICENSE', 'README.md']) await copyFile(join(projectRoot, text), join(staging, text));
    const manifest = {
      ...{ name: `${name}-cli`, version, description, license },
      bin: { [name]: 'cli.cjs' },
      engines: { node: engines.node },
      files: fromDist,
    };
    await writeFile(join(staging, 'package.json'), JSON.stringify(manifest, null, 2) + '\n');
    await npm(['pack', '--pack-destination', folder], staging);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return join(folder, `${name}-cli-${version}.tgz`);
}
