/**
 * What the container of a reproduction sees of this machine: the checkout and the record of the reproduction to write
 * to, all else to be read only, and for a run of somebody else nothing but the data it was given.
 */
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { openDataProject } from '../../data/operations/openDataProject.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { isInside } from './relocatePaths.ts';

export interface MountsRequest {
  readonly plan: Plan;
  readonly paths: RunPaths;
  /** The workspace that the store belongs to. Absolute. */
  readonly workspace: string;
  readonly layout: CheckoutLayout;
  /** Virtual environments that the run used, on this machine. Absolute. */
  readonly environmentFolders: readonly string[];
  /** Where links of the checkout to data lead that was too large to be copied. Absolute. */
  readonly linked: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Mount {
  readonly type: 'bind' | 'volume';
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** @param trusted The run was recorded here: what it had of this machine may be given again. */
export async function reproductionMounts(
  { plan, paths, layout, workspace, linked, environmentFolders, environment }: MountsRequest,
  trusted: boolean,
): Promise<{ readonly mounts: readonly Mount[]; readonly dropped: readonly string[] }> {
  const { workspaceFolder = '', mounts: recordedMounts = [] } = plan.environment.container ?? {};
  const mounts = new Map<string, Mount>();
  const bind = (source: string, target: string, readOnly: boolean): void => {
    // An engine would make a folder of what is not there.
    if (!mounts.has(target) && existsSync(source))
      mounts.set(target, { type: 'bind', source, target, readOnly });
  };
  bind(layout.base, layout.base, false);
  // Under the name that the original had: what is written in code and configuration finds it.
  if (workspaceFolder !== '' && workspaceFolder !== workspace) bind(layout.checkout, workspaceFolder, false);
  bind(paths.dir, paths.dir, false);
  if (!trusted) {
    // Of this machine somebody else's run sees its checkout, with objects of its own, and the data it was given, alone.
    for (const place of linked) bind(place, place, true);
    const recorded = recordedMounts.map(({ source }) => source);
    const others = [...environmentFolders, ...recorded].filter(source => !isInside(plan.root, source));
    return {
      mounts: [...mounts.values()],
      dropped: [...new Set(others.filter(source => (isAbsolute(source) ? existsSync(source) : true)))],
    };
  }
  // Links to large files and environments lead there. A store's settings lie beside its objects.
  bind(workspace, workspace, true);
  const stores = (await alternatesOf(layout.checkout)).map(folder => dirname(folder));
  for (const folder of [...stores, ...(await cachesOf(workspace, environment)), ...environmentFolders])
    if (!isInside(folder, workspace)) bind(folder, folder, true);
  for (const place of linked) if (!isInside(place, workspace)) bind(place, place, true);
  for (const { type, source, target } of recordedMounts) {
    if (mounts.has(target) || target === workspaceFolder) continue;
    if (type === 'volume') mounts.set(target, { type, source, target, readOnly: true });
    // What held the project, or its record, is the checkout's now; a socket is a door out of the container.
    else if (
      type === 'bind' &&
      !isInside(plan.root, source) &&
      !isInside(source, paths.dir) &&
      !isSocket(source)
    )
      bind(source, target, true);
  }
  return { mounts: [...mounts.values()], dropped: [] };
}

/** Object stores that the checkout shares, and those that they share in turn. */
async function alternatesOf(checkout: string): Promise<string[]> {
  const found = new Set<string>();
  const waiting = [join(checkout, '.git', 'objects')];
  for (let objects = waiting.pop(); objects !== undefined; objects = waiting.pop()) {
    const text = await readFile(join(objects, 'info', 'alternates'), 'utf8').catch(() => '');
    for (const line of text.split('\n').filter(one => one !== '')) {
      const folder = isAbsolute(line) ? line : join(objects, line);
      if (found.has(folder)) continue;
      found.add(folder);
      waiting.push(folder);
    }
  }
  return [...found];
}

async function cachesOf(
  workspace: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  try {
    const { repositories } = await openDataProject(workspace, environment);
    return repositories.map(({ settings }) => settings.cacheFolder);
  } catch {
    return [];
  }
}

function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}
