/**
 * A real, complete VS Code server from the npm package `code-server`: the same workbench and extension host as the
 * desktop's, reached with a browser. Kept out of the checkout's dependencies because it has 600 MB.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, installOnce } from './cacheFolder.ts';
import { npm } from './npm.ts';

/** 4.139.1 carries VS Code 1.139.1. */
export const codeServerVersion = '4.139.1';

const name = `code-server-${codeServerVersion}`;
const insideIt = ['node_modules', 'code-server', 'lib', 'vscode'];

/** The folder of the VS Code server, installed before if need be; `say` tells the person about the wait. */
export async function ensureCodeServer(say: (line: string) => void): Promise<string> {
  const folder = await installOnce(name, async target => {
    say(`Installing VS Code's server (${name}, about 600 MB) into ${cacheFolder()} …`);
    await npm(['install', '--prefix', target, `code-server@${codeServerVersion}`], target);
    const server = join(target, ...insideIt);
    await npm(['install', '--omit=dev'], server);
    await npm(['install', '--omit=dev'], join(server, 'extensions'));
  });
  return join(folder, ...insideIt);
}

/** The folder when it is installed already. */
export function installedCodeServer(): string | undefined {
  const folder = join(cacheFolder(), name, ...insideIt);
  return existsSync(join(folder, 'out', 'server-main.js')) ? folder : undefined;
}
