/** Makes an environment from an explicit list of conda packages, with pip's packages on top of them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../../base/findProgram.ts';
import type { ProgramPlace } from '../../base/findProgram.ts';
import { condaMissing } from './errors.ts';
import { readIndexSettings } from './indexSettings.ts';
import { runInstaller } from './installing.ts';
import type { Installation } from './installing.ts';
import { installRequirements } from './installWithPip.ts';
import { interpreterIn } from './pythonEnvironment.ts';

/** Rejects with `conda-missing`. */
export async function condaProgram(place: ProgramPlace): Promise<string> {
  const named = [place.variables['MAMBA_EXE'], place.variables['CONDA_EXE']];
  for (const name of ['micromamba', 'mamba', 'conda', ...named]) {
    const path = name === undefined ? undefined : await findProgram(name, place);
    if (path !== undefined) return path;
  }
  throw condaMissing();
}

/** Rejects with `environment-not-built`, or when aborted. */
export async function installConda(program: string, work: Installation): Promise<void> {
  const { folder, home, plan } = work;
  // Not in the folder: conda wants to make it itself.
  const list = join(home, `${folder.slice(-8)}.explicit.txt`);
  await writeFile(list, ['@EXPLICIT', ...plan.conda, ''].join('\n'));
  const words = ['create', '--yes', '--quiet', '--prefix', folder, '--file', list];
  await runInstaller(work, program, words, work.variables);
  if (plan.requirements.length === 0) return;
  const pip = [interpreterIn(folder), '-m', 'pip'];
  const { variables } = await readIndexSettings(pip, work.variables, work.signal);
  await installRequirements(
    work,
    pip,
    variables,
    plan.requirements.map(one => one.package.version),
  );
}
