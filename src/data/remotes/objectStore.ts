/**
 * What every remote can do, whichever protocol it speaks. Keys are paths below the remote's URL with forward slashes
 * (`files/md5/ab/cdef…`). Nothing here checks hashes: `transferObjects` does, for every remote alike.
 */
import type { Readable } from 'node:stream';

export interface StoredObject {
  readonly key: string;
  /** Bytes, where the listing tells. */
  readonly size?: number;
}

export interface ObjectStore {
  /** The URL without user, password or token, for messages. */
  readonly label: string;
  /** Absolute; only of a remote that is a folder of this machine: transfers then go by file and not by stream. */
  readonly folder?: { readonly path: string; readonly sharedWithGroup: boolean };
  /** False where the protocol has no listing. */
  readonly lists?: false;
  /** How many transfers at once serve this kind best; `jobs` of the remote's configuration when set. */
  readonly concurrency: number;
  /** Size in bytes of the object, or undefined where there is none. */
  size(key: string, signal?: AbortSignal): Promise<number | undefined>;
  /** Every object below `prefix` ('' for all), in any order. Rejects with `remote-cannot-list` where the protocol has no listing (HTTP). */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject>;
  /**
   * The bytes from `start` on. `start` in the answer says from where they really come: 0 where the remote has
   * ignored the wish to resume. Rejects with `object-not-found` where there is none.
   */
  read(
    key: string,
    request: { readonly start?: number; readonly versionId?: string; readonly signal?: AbortSignal },
  ): Promise<{ readonly body: Readable; readonly start: number; readonly size?: number }>;
  /** Visible whole under its key or not at all. `path` is a local file of `size` bytes. */
  write(
    key: string,
    source: { readonly path: string; readonly size: number },
    request: { readonly signal?: AbortSignal; readonly onBytes?: (count: number) => void },
  ): Promise<void>;
  /** Objects that are not there are no failure. */
  remove(keys: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Ends connections. */
  close(): Promise<void>;
}

/** One `['remote "name"']` section, merged over all levels, relative paths resolved, base remotes applied. */
export interface RemoteSettings {
  readonly name: string;
  /** `s3://…`, `gs://…`, `azure://…`, `ssh://…`, `https://…`, or an absolute local path. */
  readonly url: string;
  /** Every other option, lower-cased names, as DVC's schema names them (`endpointurl`, `profile`, `jobs`, …). */
  readonly options: Readonly<Record<string, string | readonly string[]>>;
}

/** Where secrets that no configuration holds come from (the editor's secret storage, a question in the terminal). */
export interface CredentialSource {
  /** `what`: 'password', 'passphrase', 'sas-token', …; undefined where nobody can answer. */
  ask(remote: RemoteSettings, what: string): Promise<string | undefined>;
}
