/**
 * Microsoft's own stand-in for Azure Blob Storage, from npm. Kept out of the checkout's dependencies because it brings
 * 360 MB for one suite.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, installOnce } from './cacheFolder.ts';
import { npm } from './npm.ts';

const version = '3.37.0';
const name = `azurite-${version}`;
const program = join('node_modules', 'azurite', 'dist', 'src', 'blob', 'main.js');

export async function ensureAzurite(say: (line: string) => void): Promise<void> {
  await installOnce(name, async target => {
    say(`Installing azurite ${version} (about 360 MB) into ${cacheFolder()} …`);
    await npm(['install', '--prefix', target, `azurite@${version}`], target);
  });
}

/** The script that Node runs, when it is installed already. */
export function installedAzurite(): string | undefined {
  const path = join(cacheFolder(), name, program);
  return existsSync(path) ? path : undefined;
}
