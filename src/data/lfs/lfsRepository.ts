/**
 * A repository of git as Git LFS sees it: its settings, those of the committed `.lfsconfig` as far as they are safe,
 * and where its objects lie. Opening it costs one process of git.
 */
import { join, resolve } from 'node:path';
import { findRepository, type Repository } from '../../git/findRepository.ts';
import { gitSettings } from '../../git/repositoryFacts.ts';
import { readLfsConfig } from './readLfsConfig.ts';

export interface LfsRepository {
  readonly git: Repository;
  /** The environment that programs are started from. */
  readonly environment: NodeJS.ProcessEnv;
  /** Git's whole configuration as it applies here, names as git prints them. */
  readonly settings: ReadonlyMap<string, string>;
  /** The safe part of `.lfsconfig`; anybody who can commit can write it. `settings` go before it. */
  readonly committed: ReadonlyMap<string, string>;
  /** Absolute: `lfs.storage`, by default `<git common dir>/lfs`. */
  readonly storage: string;
}

/** Undefined outside git. Rejects when git does. */
export async function openLfsRepository(
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<LfsRepository | undefined> {
  const git = await findRepository(folder, environment);
  if (git === undefined) return undefined;
  const context = { repository: git, environment };
  const [settings, committed] = await Promise.all([gitSettings(context), readLfsConfig(context)]);
  const storage = resolve(git.commonDir, settings.get('lfs.storage') ?? 'lfs');
  return { git, environment, settings, committed, storage };
}

/** Git's own setting, else that of `.lfsconfig`. */
export function lfsSetting(repository: LfsRepository, name: string): string | undefined {
  return repository.settings.get(name) ?? repository.committed.get(name);
}

/** Where the content of an object lies, whether it is there or not. */
export function lfsObjectPath(repository: Pick<LfsRepository, 'storage'>, oid: string): string {
  return join(repository.storage, 'objects', oid.slice(0, 2), oid.slice(2, 4), oid);
}
