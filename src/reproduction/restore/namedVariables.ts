/** Which variables of the environment the code of a run names, in quotes or as a shell does: it most likely reads them. */
import { join } from 'node:path/posix';
import { findRepository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import { isSessionVariable } from '../../runs/sessionVariable.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { isHarmlessVariable } from '../cause/harmlessVariable.ts';
import { textsRead } from './findEscapes.ts';

export interface NamedQuestion {
  readonly original: Pick<RunDetails, 'plan' | 'captured'>;
  /** The workspace that the store belongs to. Absolute. */
  readonly workspace: string;
  readonly environment?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** By name, the file of the snapshot that names it first; empty where the code is not here. Rejects when aborted, or git cannot be started. */
export async function namedVariables(
  { original, workspace, environment, signal }: NamedQuestion,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const { plan } = original;
  const code = knownValue(plan?.code);
  const asked = names.filter(name => /^\w+$/.test(name) && !isHarmlessVariable(name)).slice(0, mostNames);
  if (plan === undefined || code === undefined || asked.length === 0) return found;
  const repository = await findRepository(workspace, environment).catch(() => undefined);
  // What a shell is given to run no hook sees being read.
  const words = plan.argv.filter(word => /\.(?:sh|bash|py)$/.test(word)).map(word => join(plan.cwd, word));
  const files = [...textsRead(original, code, plan.root), ...words];
  if (repository === undefined || files.length === 0) return found;
  const { stdout } = await runGit(
    { repository, environment, signal, settings: ['core.quotePath=false'] },
    [
      ...['grep', '-I', '-F', '-w', '-o', '-z'],
      ...asked.flatMap(name => spellings(name).flatMap(text => ['-e', text])),
      ...[code.tree, '--', ...files.map(path => `:(literal)${path}`)],
    ],
    { tolerant: true },
  );
  for (const line of stdout.toString('utf8').split('\n')) {
    const [place = '', text = ''] = line.split('\0');
    const name = /\w+/.exec(text)?.[0];
    if (name !== undefined && !found.has(name)) found.set(name, place.slice(place.indexOf(':') + 1));
  }
  return found;
}

const mostNames = 200;

function spellings(name: string): string[] {
  return [`"${name}"`, `'${name}'`, `$${name}`, `\${${name}`];
}

/** Names whose values two runs do not share. */
export function differingVariables(
  original: Pick<Plan, 'variables'>,
  now: Pick<Plan, 'variables'>,
): string[] {
  const names = new Set([...Object.keys(original.variables), ...Object.keys(now.variables)]);
  return [...names].filter(name => {
    const [before, after] = [original.variables[name], now.variables[name]];
    return !isSessionVariable(name) && JSON.stringify(before) !== JSON.stringify(after);
  });
}
