/** Which remote serves a pin. */
import type { DataRepository } from '../dataRepository.ts';
import type { PinnedOutput } from '../pinnedOutput.ts';
import { openObjectStore } from '../remotes/openObjectStore.ts';
import type { CredentialSource, ObjectStore, RemoteSettings } from '../remotes/objectStore.ts';
import { noRemote, remoteUnknown } from './errors.ts';

/** Throws `remote-unknown`, and `no-remote` where none is configured. `asked` goes before what the pin says. */
export function remoteOf(
  { settings }: DataRepository,
  pin: Pick<PinnedOutput, 'remote'>,
  asked?: string,
): RemoteSettings {
  // Names are lower-cased by DVC wherever they stand.
  const name = (asked ?? pin.remote ?? settings.defaultRemote)?.toLowerCase();
  if (name === undefined) throw noRemote();
  const found = settings.remotes.find(one => one.name.toLowerCase() === name);
  if (found === undefined)
    throw remoteUnknown(
      name,
      settings.remotes.map(one => one.name),
    );
  return found;
}

/** Opens it for `body`, and closes it whatever happens. `jobs` goes before what is configured. */
export async function withStore<T>(
  settings: RemoteSettings,
  options: { readonly credentials?: CredentialSource | undefined; readonly jobs?: number | undefined },
  body: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const { jobs, credentials } = options;
  const wanted =
    jobs === undefined ? settings : { ...settings, options: { ...settings.options, jobs: String(jobs) } };
  const store = await openObjectStore(wanted, credentials);
  try {
    return await body(store);
  } finally {
    await store.close();
  }
}
