/**
 * Everything that decides what a container becomes, as hashes: devcontainer.json (what of it matters to the container),
 * the Dockerfile and the files of its context that it takes, Compose files, local Features, the lockfile of Features,
 * and files that lifecycle commands name. The devcontainer program itself notices none of their changes.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { devcontainerLockPath } from '../environmentLock.ts';
import { lifecycleCommands } from './devcontainerSchema.ts';
import type { DevcontainerConfig, LifecycleCommand } from './devcontainerSchema.ts';
import { contextSources } from './dockerfile.ts';
import type { StaleReason } from './environmentState.ts';
import { copied, ignoreRules } from './ignoreRules.ts';
import { buildPlaces } from './readDevcontainer.ts';
import type { Devcontainer } from './readDevcontainer.ts';

export interface EnvironmentInputs {
  /** Path relative to the project, forward slashes, or `settings` → `sha256:<hex>`. Sorted. */
  readonly files: Readonly<Record<string, string>>;
  /** sha256 (hex) of all of it. */
  readonly hash: string;
  /** False where a build context had more than could be looked at; what is beyond counts by size and time alone. */
  readonly whole: boolean;
}

export interface InputLimits {
  /** A file above this counts by size and time, which say nothing on another machine. Bytes. */
  readonly largestHashed: number;
  /** So does everything after the first so many files. */
  readonly mostFiles: number;
  /** And everything after so many bytes in all. Default: without limit. */
  readonly mostBytes?: number | undefined;
  /** Names that are looked at in folders, with those that nothing takes; what is beyond is left out. Default: without limit. */
  readonly mostSeen?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** For what is looked at often. */
export const quickLimits: InputLimits = {
  ...{ largestHashed: 32 * 1024 * 1024, mostFiles: 5000 },
  ...{ mostBytes: 256 * 1024 * 1024, mostSeen: 100_000 },
};

/** What changes nothing about the container. */
const besides = new Set([
  '$schema',
  'customizations',
  'forwardPorts',
  'name',
  'otherPortsAttributes',
  'portsAttributes',
  'shutdownAction',
]);

/** `settings`: what of this person's choices goes in. Rejects only when the signal of `limits` aborts. */
export async function environmentInputs(
  devcontainer: Devcontainer,
  settings: Readonly<Record<string, unknown>> = {},
  limits: InputLimits = quickLimits,
): Promise<EnvironmentInputs> {
  const { root, config, value, path } = devcontainer;
  const found = new Map<string, string>([[config, hashText(canonical(withoutBesides(value)))]]);
  if (Object.keys(settings).length > 0) found.set('settings', hashText(canonical(settings)));
  const budget = budgetOf(limits);
  const add = async (file: string): Promise<void> => {
    const name = shownPath(root, file);
    // The lock tells what the container is; it decides nothing about it, even where a context has all files.
    if (found.has(name) || name === devcontainerLockPath) return;
    const hash = await hashFile(file, budget);
    if (hash !== undefined) found.set(name, hash);
  };
  const addAll = async (folder: string, wanted: (path: string) => boolean): Promise<void> => {
    for (const file of await filesBelow(folder, wanted, budget)) await add(file);
  };

  const places = buildPlaces(devcontainer);
  if (places !== undefined) {
    await add(places.dockerfile);
    const text = await readFile(places.dockerfile, 'utf8').catch(() => '');
    const sources = contextSources(text);
    if (sources === 'everything' || sources.length > 0) {
      const rulesFile = await ignoreFile(places);
      if (rulesFile !== undefined) await add(rulesFile);
      const ignored = ignoreRules(
        rulesFile === undefined ? '' : await readFile(rulesFile, 'utf8').catch(() => ''),
      );
      const takes = sources === 'everything' ? (): boolean => true : copied(sources);
      await addAll(places.context, file => takes(file) && !ignored(file));
    }
  }
  const compose = value.dockerComposeFile ?? [];
  for (const file of typeof compose === 'string' ? [compose] : compose)
    await add(resolve(dirname(path), file));
  await add(featureLockPath(devcontainer));
  for (const feature of Object.keys(value.features ?? {}))
    if (/^\.{1,2}\//.test(feature)) await addAll(resolve(dirname(path), feature), () => true);
  for (const file of namedFiles(value)) await add(join(root, file));

  const files = Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    files,
    hash: hashText(canonical(files)).slice('sha256:'.length),
    whole: budget.left > 0 && budget.bytes >= 0 && budget.seen > 0,
  };
}

/** Of {@link environmentInputs} the two that are known without looking through a context: the configuration, its Dockerfile. */
export async function quickInputs(devcontainer: Devcontainer): Promise<Readonly<Record<string, string>>> {
  const { root, config, value } = devcontainer;
  const found: Record<string, string> = { [config]: hashText(canonical(withoutBesides(value))) };
  const places = buildPlaces(devcontainer);
  const hash = places && (await hashFile(places.dockerfile, budgetOf(quickLimits)));
  if (places !== undefined && hash !== undefined) found[shownPath(root, places.dockerfile)] = hash;
  return found;
}

/** What differs, by name: what was there before and is not the same now. */
export function compareInputs(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): StaleReason[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((what): StaleReason[] => {
    if (before[what] === now[what]) return [];
    return [
      { what, how: before[what] === undefined ? 'added' : now[what] === undefined ? 'removed' : 'changed' },
    ];
  });
}

/** Where the program keeps the lockfile of Features, absolute. */
export function featureLockPath({ path }: Devcontainer): string {
  const hidden = path.endsWith(`${sep}.devcontainer.json`);
  return join(dirname(path), `${hidden ? '.' : ''}devcontainer-lock.json`);
}

/** Words of lifecycle commands that may be files of the project: relative, without a way out. */
export function namedFiles(value: DevcontainerConfig): string[] {
  const words = lifecycleCommands
    .filter(name => name !== 'postAttachCommand')
    .flatMap(name => wordsOf(value[name]));
  return [...new Set(words.map(word => word.replace(/^\.\//, '')))].filter(
    word => /^[\w@][\w@./+-]*$|^\.[\w-][\w@./+-]*$/.test(word) && !word.split('/').includes('..'),
  );
}

function wordsOf(command: LifecycleCommand | undefined): string[] {
  if (command === undefined) return [];
  if (typeof command === 'string') return command.split(/[\s;&|<>()"'`=]+/);
  if (Array.isArray(command)) return command.flatMap(word => wordsOf(word));
  return Object.values(command).flatMap(one => wordsOf(one));
}

function withoutBesides(value: DevcontainerConfig): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !besides.has(name)));
}

/** JSON with sorted keys, so that order and format mean nothing. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

type Budget = InputLimits & { left: number; bytes: number; seen: number };

function budgetOf(limits: InputLimits): Budget {
  const { mostFiles, mostBytes = Infinity, mostSeen = Infinity } = limits;
  return { ...limits, left: mostFiles, bytes: mostBytes, seen: mostSeen };
}

async function ignoreFile(places: { dockerfile: string; context: string }): Promise<string | undefined> {
  for (const candidate of [`${places.dockerfile}.dockerignore`, join(places.context, '.dockerignore')])
    if ((await lstat(candidate).catch(() => undefined))?.isFile() === true) return candidate;
  return undefined;
}

async function filesBelow(
  folder: string,
  wanted: (path: string) => boolean,
  budget: Budget,
): Promise<string[]> {
  const files: string[] = [];
  const walk = async (path: string): Promise<void> => {
    budget.signal?.throwIfAborted();
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= budget.left || budget.seen <= 0) return;
      budget.seen -= 1;
      const one = join(path, entry.name);
      if (entry.isDirectory()) {
        // What git does for itself is no part of an image, even where a context has it all.
        if (entry.name !== '.git') await walk(one);
      } else if (wanted(relative(folder, one).split(sep).join('/'))) files.push(one);
    }
  };
  await walk(folder);
  return files;
}

/** Bytes. */
const readWhole = 1024 * 1024;

/** Undefined where there is no such file. Links count by where they lead, folders not at all. */
async function hashFile(path: string, budget: Budget): Promise<string | undefined> {
  budget.signal?.throwIfAborted();
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return undefined;
  budget.left -= 1;
  if (found.isSymbolicLink()) return hashText(`link ${await readlink(path).catch(() => '')}`);
  if (!found.isFile()) return undefined;
  const small = found.size <= budget.largestHashed && budget.left >= 0;
  if (small) budget.bytes -= found.size;
  if (!small || budget.bytes < 0) return hashText(`size ${found.size} time ${Math.round(found.mtimeMs)}`);
  const hash = createHash('sha256');
  try {
    // Most are small, and a stream costs more than they do.
    if (found.size <= readWhole) return `sha256:${hash.update(await readFile(path)).digest('hex')}`;
    await pipeline(createReadStream(path), hash, { signal: budget.signal });
  } catch {
    budget.signal?.throwIfAborted();
    return hashText(`unreadable ${found.size}`);
  }
  return `sha256:${hash.digest('hex')}`;
}

function hashText(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function shownPath(root: string, file: string): string {
  const path = relative(root, file).split(sep).join('/');
  return path.startsWith('../') ? file.split(sep).join('/') : path;
}
