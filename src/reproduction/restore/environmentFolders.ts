/**
 * The folders of the Python environment that a run used on this machine: they are used where they are, and what is
 * loaded from them is no code of the workspace.
 */
import { existsSync } from 'node:fs';
import { appendFile, lstat, symlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Captured } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import { interpreterMissing } from './errors.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { leadsOut, placeInCheckout } from './placeInCheckout.ts';
import { isInside } from './relocatePaths.ts';

/**
 * Prefixes of the interpreter, and every folder above it that is a virtual environment. Throws `interpreter-missing`,
 * unless it may be gone.
 */
export async function foldersOfEnvironment(
  plan: Plan,
  captured: Captured | undefined,
  mayBeGone: boolean,
): Promise<string[]> {
  const inner = innerEnvironments(plan, captured).filter(folder => existsSync(join(folder, 'pyvenv.cfg')));
  const interpreter = knownValue(plan.interpreter);
  if (interpreter === undefined) return inner;
  if (plan.environment.container !== undefined) return mountedEnvironment(plan, interpreter.prefix);
  if (!mayBeGone && !(await exists(interpreter.path)))
    throw interpreterMissing(interpreter.path, interpreter.version);
  const folders = new Set(inner);
  if (interpreter.prefix !== undefined) folders.add(interpreter.prefix);
  const prefix = dirname(dirname(interpreter.path));
  if (await exists(join(prefix, 'pyvenv.cfg'))) folders.add(prefix);
  return [...folders];
}

/**
 * Environments inside the repository whose Python the command started itself, as `bash run.sh` does: they are not part of
 * the snapshot, and are used where they are. Absolute; perhaps gone.
 */
export function innerEnvironments(plan: Plan, captured: Captured | undefined): string[] {
  if (plan.environment.container !== undefined) return [];
  const own = knownValue(plan.interpreter)?.prefix;
  const prefixes = (captured?.pythons ?? []).flatMap(({ prefix, basePrefix }) =>
    typeof prefix === 'string' && prefix !== basePrefix ? [prefix] : [],
  );
  return [...new Set(prefixes)].filter(
    folder => folder !== own && folder !== plan.root && isInside(folder, plan.root),
  );
}

/** A virtual or conda environment, perhaps gone; never a folder of the system. */
export function isManagedFolder(folder: string): boolean {
  return !existsSync(folder) || ['pyvenv.cfg', 'conda-meta'].some(name => existsSync(join(folder, name)));
}

/** Of an interpreter in a container: where its environment is kept on this machine, if it is not part of the image. */
async function mountedEnvironment(plan: Plan, prefix: string | undefined): Promise<string[]> {
  const { workspaceFolder } = plan.environment.container ?? {};
  if (prefix === undefined || !workspaceFolder || !isInside(prefix, workspaceFolder)) return [];
  const folder = join(plan.root, relative(workspaceFolder, prefix));
  return (await exists(folder)) ? [folder] : [];
}

/** Scripts that name `.venv` themselves find it; git does not see the link. */
export async function linkEnvironments(
  folders: readonly string[],
  roots: readonly string[],
  { base, checkout }: CheckoutLayout,
  instead: string | undefined,
): Promise<void> {
  for (const folder of folders) {
    const root = roots.find(one => isInside(folder, one) && folder !== one);
    if (root === undefined) continue;
    const place = relative(root, folder);
    const target = join(checkout, place);
    if ((await exists(target)) || (await leadsOut(base, target))) continue;
    await symlink(
      instead ?? folder,
      await placeInCheckout(base, target),
      process.platform === 'win32' ? 'junction' : 'dir',
    );
    await appendFile(join(checkout, '.git', 'info', 'exclude'), `/${place.split(sep).join('/')}\n`).catch(
      () => undefined,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
