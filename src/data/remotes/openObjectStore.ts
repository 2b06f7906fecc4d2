/**
 * Opens the remote that a configuration names. What a protocol needs is loaded when a remote speaks it and not
 * before: the clients of the clouds are bundles of their own, larger than the command line itself.
 */
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openAzureStore } from './azureStore.ts';
import { remoteKindUnknown } from './errors.ts';
import { openGcsStore } from './gcsStore.ts';
import { openHttpStore } from './httpStore.ts';
import { openLocalStore } from './localStore.ts';
import { openS3Store } from './s3Store.ts';
import { openSshStore } from './sshStore.ts';
import type { CredentialSource, ObjectStore, RemoteSettings } from './objectStore.ts';

/**
 * Nothing is asked of the remote yet where its protocol allows to wait. Rejects with `remote-kind-unknown` and with
 * `remote-setting` for options that cannot be.
 */
export async function openObjectStore(
  settings: RemoteSettings,
  credentials: CredentialSource = nobody,
): Promise<ObjectStore> {
  const scheme = schemeOf(settings.url);
  switch (scheme) {
    case 'local':
      return openLocalStore(settings, settings.url);
    case 'file':
      return openLocalStore(settings, fileURLToPath(settings.url));
    case 's3':
      return openS3Store(settings);
    case 'gs':
    case 'gcs':
      return openGcsStore(settings);
    case 'azure':
      return openAzureStore(settings);
    case 'ssh':
      return openSshStore(settings, credentials);
    case 'http':
    case 'https':
      return openHttpStore(settings, credentials);
    default:
      throw remoteKindUnknown(settings.name, scheme);
  }
}

/** `local` for a path, else what stands before `://`, lower-cased. */
export function schemeOf(url: string): string {
  if (isAbsolute(url)) return 'local';
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase() ?? 'local';
}

const nobody: CredentialSource = { ask: () => Promise.resolve(undefined) };
