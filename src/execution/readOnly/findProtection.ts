/**
 * Finds out whether a command can be given a view of the file system in which folders are read-only, by trying it: a
 * container may lack the right, a system may forbid user namespaces, and no rule says so as surely as the trial.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { findProgram } from '../../base/findProgram.ts';
import { runCommand } from '../../base/runCommand.ts';
import { isBelow } from '../capture/ignoredPaths.ts';
import { mountsOf, otherPlacesOf, readMountTable } from './mountTable.ts';
import type { Mount } from './mountTable.ts';
import { readOnlyCommand } from './readOnlyCommand.ts';
import { toolNames } from './writeProtection.ts';
import type { MountedReadOnly, ToolName, WriteProtection } from './writeProtection.ts';

export interface ProtectionRequest {
  /** What the command may not change. Those that are not there are left out. Absolute. */
  readonly folders: readonly string[];
  /** What it may change wherever that lies. Existing folders. Absolute. */
  readonly except: readonly string[];
  /** Of the command. `LOCKSTEP_READ_ONLY_MOUNTS=0` in it: do without the kernel. */
  readonly variables: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** Undefined where there is nothing to protect. Rejects only when aborted. */
export async function findProtection(request: ProtectionRequest): Promise<WriteProtection | undefined> {
  const real = await existing(request.folders);
  const folders = real.filter(
    folder => folder !== '/' && !real.some(other => other !== folder && isBelow(folder, other)),
  );
  if (folders.length === 0) return undefined;
  const except = (await existing(request.except)).filter(path =>
    folders.some(folder => isBelow(path, folder)),
  );
  // Nothing would be left of the protection.
  const left = folders.filter(folder => !except.some(path => isBelow(folder, path)));
  if (left.length === 0) return undefined;
  const table = await readFile('/proc/self/mountinfo', 'utf8').then(readMountTable, () => []);
  const kept = [...new Set([...left, ...(await otherNames(left, table))])];
  const mounted = await mountedReadOnly(kept, except, table, request);
  request.signal?.throwIfAborted();
  return { folders: kept, except, mounted };
}

/** Of what is mounted twice, as homes on networks are. */
async function otherNames(folders: readonly string[], table: readonly Mount[]): Promise<string[]> {
  const found = await Promise.all(
    folders
      .flatMap(folder => otherPlacesOf(folder, table))
      .filter(({ place }) => !folders.some(folder => isBelow(place, folder) || isBelow(folder, place)))
      .map(async ({ place, of }) => ((await isSameFolder(place, of)) ? [place] : [])),
  );
  return found.flat();
}

async function isSameFolder(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map(path => stat(path).catch(() => undefined)));
  return a?.isDirectory() === true && a.dev === b?.dev && a.ino === b.ino;
}

async function mountedReadOnly(
  folders: readonly string[],
  except: readonly string[],
  table: readonly Mount[],
  { variables, signal }: ProtectionRequest,
): Promise<MountedReadOnly | undefined> {
  if (process.platform !== 'linux' || variables[switchVariable] === '0') return undefined;
  const programs = await findTools(variables);
  if (programs === undefined) return undefined;
  const found = placed(folders, table);
  if (found.length < folders.length) return undefined;
  const ways = process.geteuid?.() === 0 ? (['root', 'user'] as const) : (['user'] as const);
  for (const by of ways) {
    const way: MountedReadOnly = { by, programs, folders: found, except };
    if (await works(way, signal)) return way;
  }
  return undefined;
}

/**
 * The same with more that the command may not change: files and folders that are there. Invariant: what is kept already
 * stays so. Rejects when one of them is gone.
 */
export async function withReadOnly(
  protection: WriteProtection,
  places: readonly string[],
): Promise<WriteProtection> {
  const { folders, except, mounted } = protection;
  const real = await Promise.all([...new Set(places)].map(place => realpath(place)));
  const more = [...new Set(real)].filter(place => !isKept(place, protection));
  if (more.length === 0) return protection;
  const kept = { ...protection, folders: [...folders, ...more] };
  if (mounted === undefined) return kept;
  const table = await readFile('/proc/self/mountinfo', 'utf8').then(readMountTable, () => []);
  return { ...kept, mounted: { ...mounted, folders: [...mounted.folders, ...placed(more, table)], except } };
}

/** @param place Absolute, without links. */
export function isKept(place: string, { folders, except }: WriteProtection): boolean {
  return folders.some(folder => isBelow(place, folder)) && !except.some(path => isBelow(place, path));
}

const switchVariable = 'LOCKSTEP_READ_ONLY_MOUNTS';

/** Each with the mount that it lies on, and those below it. */
function placed(paths: readonly string[], table: readonly Mount[]): MountedReadOnly['folders'] {
  return paths.flatMap(path => {
    const { on, below } = mountsOf(path, table);
    return on === undefined ? [] : [{ path, on, below }];
  });
}

/** Whether the folders cannot be written to then, and what they hold for the run can. */
async function works(way: MountedReadOnly, signal: AbortSignal | undefined): Promise<boolean> {
  const { sh } = way.programs;
  const question =
    'n=$1; shift; for path; do if [ $n -gt 0 ]; then [ ! -w "$path" ] || exit 1; else [ -w "$path" ] || exit 1; fi; n=$((n-1)); done';
  const folders = way.folders.map(({ path }) => path);
  const { argv, environment } = readOnlyCommand(way, {
    argv: [sh, '-c', question, sh, `${folders.length}`, ...folders, ...way.except],
    cwd: '/',
    environment: {},
  });
  const [program = '', ...args] = argv;
  return runCommand({ program, args, env: environment, timeoutMs: 10_000, ...(signal && { signal }) }).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}

/** The system's own, wherever the command looks for programs. */
async function findTools(variables: NodeJS.ProcessEnv): Promise<Record<ToolName, string> | undefined> {
  const path = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', variables['PATH']].filter(one => one).join(':');
  const found = await Promise.all(
    toolNames.map(
      async name => [name, await findProgram(name, { cwd: '/', variables: { PATH: path } })] as const,
    ),
  );
  if (found.some(([, place]) => place === undefined)) return undefined;
  return Object.fromEntries(found) as Record<ToolName, string>;
}

/** Without links, each once. */
async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async path => {
      const place = await realpath(path).catch(() => undefined);
      return place !== undefined && (await stat(place)).isDirectory() ? place : undefined;
    }),
  );
  return [...new Set(found.filter(place => place !== undefined))];
}
