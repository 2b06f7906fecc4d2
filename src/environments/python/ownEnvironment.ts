/** Whether a Python that was only found, and that nobody named, can be the environment of the project. */
import { readProjectFacts } from '../templates/project/readProjectFacts.ts';
import { environmentOfProjectMissing } from './errors.ts';
import { normalName } from './packageNames.ts';
import type { PythonEnvironment } from './pythonEnvironment.ts';

/**
 * A note where it is the Python of the system; undefined where it is an environment. Rejects with
 * `environment-of-project-missing` where files of the project name packages that it does not have.
 * @param root Of the project. Absolute.
 */
export async function requireOwnEnvironment(
  { manager, interpreter, packages }: Pick<PythonEnvironment, 'manager' | 'interpreter' | 'packages'>,
  root: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (manager !== 'system') return undefined;
  const facts = await readProjectFacts(root, signal);
  const installed = new Set(packages.map(one => normalName(one.name)));
  const lacking = facts.packages.filter(one => !one.optional && !installed.has(one.name));
  const mend = facts.files.includes('uv.lock') ? 'uv sync' : 'python3 -m venv .venv';
  const [first] = lacking;
  if (first !== undefined)
    throw environmentOfProjectMissing(interpreter, first, new Set(lacking.map(one => one.name)).size, mend);
  return `No environment of this project was found: this is ${interpreter} of the system, with all packages that it has. To make one: ${mend}`;
}
