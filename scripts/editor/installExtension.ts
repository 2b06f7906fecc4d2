/** Puts a packed extension into an extensions folder the way a person would: the server's own installer unpacks it. */
import { join } from 'node:path';
import { runCommand } from '../../src/base/runCommand.ts';
import type { VscodeServerOptions } from './startVscodeServer.ts';

/** Rejects with the installer's words when it did not. An older build of the same version is replaced. */
export async function installExtension(
  vsix: string,
  server: Pick<VscodeServerOptions, 'program' | 'dataFolder' | 'extensionsFolder' | 'env'>,
): Promise<void> {
  const outcome = await runCommand({
    program: process.execPath,
    args: [
      join(server.program, 'out', 'server-main.js'),
      ...['--install-extension', vsix, '--force', '--accept-server-license-terms'],
      ...['--server-data-dir', server.dataFolder, '--extensions-dir', server.extensionsFolder],
    ],
    env: server.env,
    timeoutMs: 120_000,
  });
  const words = outcome.stdout.toString('utf8');
  if (outcome.exitCode !== 0 || !words.includes('successfully installed'))
    throw new Error(`The extension could not be installed:\n${words}${outcome.stderr}`);
}
