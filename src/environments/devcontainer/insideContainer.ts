/** What a process inside a container can tell of it, and what the outside hands in for that. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { environmentIdentitySchema } from '../../runs/plan.ts';
import type { EnvironmentIdentity } from '../../runs/plan.ts';

/** JSON of an identity, in the container's own environment; what is known only after the start is in a mounted file. */
export const identityVariable = 'LOCKSTEP_ENVIRONMENT';

/** Where the folder with {@link identityFile} is mounted. */
export const insideFolder = '/var/lib/lockstep-environment';
export const identityFile = 'environment.json';

export interface Inside {
  /** The identity as the outside handed it in, completed by what can be seen; undefined in containers of other people. */
  readonly identity?: EnvironmentIdentity;
  /** What says that this is a container. */
  readonly sign: typeof identityVariable | 'REMOTE_CONTAINERS' | '/.dockerenv' | '/run/.containerenv';
}

/** Undefined on a host. `root` stands for `/` in tests. */
export async function insideContainer(variables: NodeJS.ProcessEnv, root = ''): Promise<Inside | undefined> {
  const handed = variables[identityVariable];
  if (handed !== undefined && handed !== '') {
    const identity = await completed(handed, root);
    return { sign: identityVariable, ...(identity === undefined ? {} : { identity }) };
  }
  if (variables['REMOTE_CONTAINERS'] === 'true') return { sign: 'REMOTE_CONTAINERS' };
  for (const sign of ['/.dockerenv', '/run/.containerenv'] as const)
    if (existsSync(root + sign)) return { sign };
  return undefined;
}

/** The file says it exactly; the variable alone lacks what is known only after the start. */
async function completed(text: string, root: string): Promise<EnvironmentIdentity | undefined> {
  const file = await readFile(`${root}${insideFolder}/${identityFile}`, 'utf8').catch(() => undefined);
  const exact = file === undefined ? undefined : parseIdentity(file);
  return exact ?? parseIdentity(text);
}

export function parseIdentity(text: string): EnvironmentIdentity | undefined {
  try {
    const parsed = z.safeParse(environmentIdentitySchema, JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
