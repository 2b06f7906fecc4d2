/** Makes an environment with venv and pip. */
import { runCommand } from '../../base/runCommand.ts';
import { buildFailed } from './errors.ts';
import { deviceIndexes, readIndexSettings } from './indexSettings.ts';
import { requirementFiles, runInstaller } from './installing.ts';
import type { Installation } from './installing.ts';
import { findPackageFolders } from './packageFolders.ts';
import { normalName } from './packageNames.ts';
import { listPackages } from './packages.ts';
import { interpreterIn } from './pythonEnvironment.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Rejects with `environment-not-built`, or when aborted. */
export async function installWithPip(work: Installation): Promise<void> {
  const { folder, start, plan, python } = work;
  if (start === undefined) throw buildFailed('venv', ['there is no Python to start from']);
  const { variables } = await readIndexSettings([start, '-m', 'pip'], work.variables, work.signal);
  const interpreter = interpreterIn(folder);
  // The pip beside the base interpreter spares the new environment one of its own, which takes seconds to put there.
  const outside = await installsElsewhere(start, variables, work.signal);
  await runInstaller(work, start, ['-m', 'venv', ...(outside ? ['--without-pip'] : []), folder], variables);
  const pip = outside ? [start, '-m', 'pip', '--python', interpreter] : [interpreter, '-m', 'pip'];
  await installRequirements(
    work,
    pip,
    variables,
    plan.requirements.map(one => one.package.version),
  );
  if (!outside)
    await removeExtra(
      work,
      interpreter,
      new Set(python.packages.map(one => normalName(one.name))),
      variables,
    );
}

/**
 * Installs what the plan asks for, and nothing that it does not.
 * @param pip How to start it, as one list of words.
 */
export async function installRequirements(
  work: Installation,
  [program = '', ...words]: readonly string[],
  variables: Variables,
  versions: readonly string[],
): Promise<void> {
  const indexes = [variables['PIP_EXTRA_INDEX_URL'], ...deviceIndexes(versions)].filter(
    one => one !== undefined,
  );
  const all = { ...variables, ...(indexes.length === 0 ? {} : { PIP_EXTRA_INDEX_URL: indexes.join(' ') }) };
  for (const { file, hashed } of await requirementFiles(work)) {
    const options = [
      'install',
      '--no-deps',
      '--progress-bar',
      'off',
      ...(hashed ? ['--require-hashes'] : []),
    ];
    await runInstaller(work, program, [...words, ...options, '-r', file], all);
  }
}

/** `pip --python` came with pip 22.3. */
async function installsElsewhere(
  start: string,
  variables: Variables,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    const { stdout, exitCode } = await runCommand({
      program: start,
      args: ['-m', 'pip', '--version'],
      env: { ...variables },
      timeoutMs: 30_000,
      ...(signal === undefined ? {} : { signal }),
    });
    const [, major = '0', minor = '0'] = /^pip (\d+)\.(\d+)/.exec(stdout.toString('utf8')) ?? [];
    return exitCode === 0 && (Number(major) > 22 || (Number(major) === 22 && Number(minor) >= 3));
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

/** venv brings pip, and before Python 3.12 setuptools. */
async function removeExtra(
  work: Installation,
  interpreter: string,
  wanted: ReadonlySet<string>,
  variables: Variables,
): Promise<void> {
  const folders = await findPackageFolders({
    interpreter: { path: interpreter },
    variables: { ...variables, PYTHONPATH: undefined },
  });
  const extra = (await listPackages(folders))
    .map(one => normalName(one.name))
    .filter(name => !wanted.has(name));
  if (extra.length === 0) return;
  // pip goes last: it takes the others away.
  const names = [...extra.filter(name => name !== 'pip'), ...(extra.includes('pip') ? ['pip'] : [])];
  await runInstaller(work, interpreter, ['-m', 'pip', 'uninstall', '--yes', ...names], variables);
}
