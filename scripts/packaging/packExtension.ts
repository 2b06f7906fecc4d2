/** Packs the VSIX from what .vscodeignore allows; needs no network. */
import { join } from 'node:path';
import { runCommand } from '../../src/base/runCommand.ts';
import { projectRoot } from '../projectRoot.ts';
import { readManifest } from './manifest.ts';

const vsce = join(projectRoot, 'node_modules', '@vscode', 'vsce', 'vsce');

/** Resolves with the path of `<name>-<version>.vsix` in `folder`. The bundles must be in dist/. */
export async function packExtension(folder: string): Promise<string> {
  const { name, version } = await readManifest();
  const packagePath = join(folder, `${name}-${version}.vsix`);
  const outcome = await runCommand({
    program: process.execPath,
    args: [
      ...[vsce, 'package', '--out', packagePath, '--no-dependencies'],
      // Without a published repository the links of the README stay as they are.
      ...['--no-rewrite-relative-links', '--allow-missing-repository'],
    ],
    cwd: projectRoot,
  });
  if (outcome.exitCode !== 0)
    throw new Error(`vsce package failed:\n${outcome.stdout.toString('utf8')}${outcome.stderr}`);
  return packagePath;
}
