/** A folder whose pins, cache and remotes belong together: what DVC calls a repository (the folder that holds `.dvc`). */
import type { RemoteSettings } from './remotes/objectStore.ts';

export type LinkType = 'reflink' | 'hardlink' | 'symlink' | 'copy';

export interface DataSettings {
  /** Absolute. `cache.dir`, by default `<root>/.dvc/cache`. */
  readonly cacheFolder: string;
  /** `cache.type`, in the order in which they are tried. Default reflink, copy. */
  readonly linkTypes: readonly LinkType[];
  /** `cache.shared = group`. */
  readonly sharedWithGroup: boolean;
  /** `core.autostage`. */
  readonly autostage: boolean;
  /** `core.hardlink_lock`. */
  readonly hardlinkLock: boolean;
  readonly noScm: boolean;
  /** Hashing at once; the number of cores when absent. */
  readonly checksumJobs?: number;
  readonly defaultRemote?: string;
  readonly remotes: readonly RemoteSettings[];
}

export interface DataRepository {
  /** Absolute, real path: the folder that holds `.dvc`. */
  readonly root: string;
  /** Absolute; the top of the working tree of git that `root` is in, absent without git. */
  readonly gitRoot?: string;
  /** Absolute: what belongs to this clone alone and not to git (own hash state, journals, sparse choice): `<root>/.dvc/tmp/lockstep`. */
  readonly stateFolder: string;
  readonly settings: DataSettings;
}
