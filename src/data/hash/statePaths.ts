/** Where the state of hashes lies: one file for each pinned folder, one for all single files, apart by hash function. */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { DataRepository } from '../dataRepository.ts';
import type { ObjectId } from '../objectId.ts';

export function filesStatePath(repository: DataRepository, algorithm: ObjectId['algorithm']): string {
  return join(repository.stateFolder, 'hashes', `files-${algorithm}.bin`);
}

export function folderStatePath(
  repository: DataRepository,
  path: string,
  algorithm: ObjectId['algorithm'],
): string {
  const name = hash('sha256', `${algorithm}\0${path}`).slice(0, 32);
  return join(repository.stateFolder, 'hashes', `folder-${name}.bin`);
}
