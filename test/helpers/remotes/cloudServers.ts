/** Stand-ins for the clouds on 127.0.0.1, each from the place that keeps it up: moto, azurite, gcp-storage-emulator. */
import { installedAzurite } from '../../../scripts/provision/azurite.ts';
import type { Peer } from '../../../scripts/provision/pythonPeers.ts';
import { join } from 'node:path';
import { scrubbedEnvironment } from '../scrubbedEnvironment.ts';
import { freePort, startServer, type StartedServer } from './startServer.ts';

export async function startS3(peer: Peer, folder: string): Promise<StartedServer> {
  const env = scrubbedEnvironment(folder, { PYTHONUNBUFFERED: '1' });
  return startServer(join(peer.programs, 'moto_server'), ['-H', '127.0.0.1', '-p', '0'], {
    env,
    cwd: folder,
  });
}

export async function startGcs(peer: Peer, folder: string): Promise<StartedServer> {
  const port = await freePort();
  return startServer(
    join(peer.programs, 'gcp-storage-emulator'),
    ['start', '--host', '127.0.0.1', '--port', String(port), '--in-memory'],
    { env: scrubbedEnvironment(folder, { PYTHONUNBUFFERED: '1' }), cwd: folder, port },
  );
}

/** Undefined where it is not installed. */
export async function startAzure(folder: string): Promise<StartedServer | undefined> {
  const script = installedAzurite();
  if (script === undefined) return undefined;
  const flags = ['--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry'];
  return startServer(process.execPath, [script, '--blobHost', '127.0.0.1', '--blobPort', '0', ...flags], {
    env: scrubbedEnvironment(folder),
    cwd: folder,
  });
}

/** The account that azurite has, with the key that its documentation gives to everyone. */
export const azureAccount = {
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
};

export function azureConnection(port: number): string {
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${azureAccount.name}`,
    `AccountKey=${azureAccount.key}`,
    `BlobEndpoint=http://127.0.0.1:${port}/${azureAccount.name}`,
  ].join(';');
}
