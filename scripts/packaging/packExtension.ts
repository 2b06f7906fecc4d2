/** Packs the VSIX from what .vscodeignore allows; needs no network. */
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { projectRoot } from '../projectRoot.ts';
import { readManifest } from './manifest.ts';

/** Resolves with the path of `<name>-<version>.vsix` in `folder`. The bundles must be in dist/. */
export async function packExtension(folder: string): Promise<string> {
  const { name, version } = await readManifest();
  const packagePath = join(folder, `${name}-${version}.vsix`);
  await createVSIX({
    cwd: projectRoot,
    packagePath,
    dependencies: false,
    // The pictures of the README are not shipped: without a published repository its links stay as they are.
    rewriteRelativeLinks: false,
    allowMissingRepository: true,
  });
  return packagePath;
}
