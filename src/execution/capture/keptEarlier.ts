/**
 * What files held before a run wrote to them: the copies that the Python hook made are hashed, and small ones stay in the
 * record, because that content is nowhere else any more. Where there is no copy, an earlier run may have written, and
 * hashed, just that file.
 */
import { readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { hideSecrets, isSecretName, isSecretValue } from '../../base/secretText.ts';
import { sha256OfFile } from '../../base/sha256OfFile.ts';
import type { FileUse } from '../../runs/captured.ts';
import type { ListedInput } from './earlierUses.ts';
import { overwrittenProblem } from './earlierUses.ts';

/** Of one file, and of all files of a run together. */
const keptBytes = 1024 * 1024;
const keptBytesTogether = 8 * 1024 * 1024;

export interface EarlierFolder {
  /** Absolute: holds the copies. */
  readonly folder: string;
  /** False for a reproduction: what it was given is in the record of its original. */
  readonly keep: boolean;
  /** The hash that an earlier run recorded of that very file, by path, size and time. */
  readonly recorded: (input: FileUse) => Promise<string | undefined>;
}

/**
 * The inputs with their hashes, and without the names of copies; the folder then holds what is kept, by its hash, and
 * is gone where that is nothing.
 */
export async function hashEarlier(
  inputs: readonly ListedInput[],
  { folder, keep, recorded }: EarlierFolder,
): Promise<FileUse[]> {
  const hashed: FileUse[] = [];
  const kept = new Set<string>();
  let left = keptBytesTogether;
  for (const { copy, ...input } of inputs) {
    if (input.opened === undefined) {
      hashed.push(input);
      continue;
    }
    const sha256 =
      (copy === undefined ? undefined : await hashOf(join(folder, copy), input.size)) ??
      (await recorded(input));
    if (sha256 === undefined) {
      hashed.push({ ...input, problem: input.problem ?? overwrittenProblem });
      continue;
    }
    hashed.push({ ...input, problem: undefined, sha256 });
    // What is part of the snapshot is held there.
    if (copy === undefined || !keep || input.inSnapshot === true || kept.has(sha256)) continue;
    const { size = Infinity } = input;
    if (size > keptBytes || size > left || (await holdsSecret(input.path, join(folder, copy)))) continue;
    left -= size;
    await rename(join(folder, copy), join(folder, sha256));
    kept.add(sha256);
  }
  for (const name of await readdir(folder).catch(() => []))
    if (!kept.has(name)) await rm(join(folder, name), { force: true });
  if (kept.size === 0) await rmdir(folder).catch(() => undefined);
  return hashed;
}

/** By its name, or by what it says: a token that was refreshed, say. */
async function holdsSecret(path: string, copy: string): Promise<boolean> {
  if (isSecretName(parse(path).name)) return true;
  const text = await readFile(copy, 'latin1');
  // In parts: what looks for names of hosts takes time by the square of what has no blanks.
  for (let at = 0; at < text.length; at += partLength - overlap) {
    const part = text.slice(at, at + partLength);
    if (hideSecrets(part) !== part) return true;
    for (const [, name = '', value = ''] of part.matchAll(assignment))
      if (isSecretValue(name, value)) return true;
  }
  return false;
}

const partLength = 600;
/** More than the longest of what is looked for. */
const overlap = 300;

/** `"refresh_token": "…"`, `password=…`. */
const assignment = /([\w.-]{2,60})["']?\s*[:=]\s*["']?([^"'\s,}]{6,200})/g;

/** Undefined where the copy is not whole. */
async function hashOf(path: string, size: number | undefined): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.size !== size) return undefined;
  return sha256OfFile(path).catch(() => undefined);
}
