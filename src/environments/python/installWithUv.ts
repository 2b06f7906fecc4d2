/** Makes an environment with uv. */
import { deviceIndexes, readIndexSettings } from './indexSettings.ts';
import { requirementFiles, runInstaller } from './installing.ts';
import type { Installation } from './installing.ts';
import { interpreterIn } from './pythonEnvironment.ts';

/** Rejects with `environment-not-built`, or when aborted. */
export async function installWithUv(uv: string, work: Installation): Promise<void> {
  const { folder, start, python, plan } = work;
  const settings = await readIndexSettings(
    start === undefined ? undefined : [start, '-m', 'pip'],
    work.variables,
    work.signal,
  );
  const variables = uvVariables(
    settings,
    plan.requirements.map(one => one.package.version),
  );
  const quiet = ['--no-progress', '--color', 'never'];
  await runInstaller(
    work,
    uv,
    ['venv', ...quiet, '--no-project', '--python', start ?? python.version, folder],
    variables,
  );
  const target = ['--python', interpreterIn(folder), '--no-deps', '--index-strategy', 'unsafe-best-match'];
  for (const { file, hashed } of await requirementFiles(work)) {
    const hashes = hashed ? ['--require-hashes'] : [];
    await runInstaller(work, uv, ['pip', 'install', ...quiet, ...target, ...hashes, '-r', file], variables);
  }
}

/** Whether uv may bring a Python of its own. */
export function uvCanFetchPython(variables: Readonly<Record<string, string | undefined>>): boolean {
  return (
    !['never', 'manual'].includes(variables['UV_PYTHON_DOWNLOADS'] ?? '') &&
    variables['UV_OFFLINE'] === undefined
  );
}

/** uv does not read pip's settings. By variables, since addresses may hold passwords. */
function uvVariables(
  { indexes, variables }: Awaited<ReturnType<typeof readIndexSettings>>,
  versions: readonly string[],
): Record<string, string | undefined> {
  const [first, ...more] = [...indexes, ...deviceIndexes(versions)];
  return {
    ...variables,
    ...(variables['UV_DEFAULT_INDEX'] === undefined && variables['UV_INDEX_URL'] === undefined
      ? { UV_DEFAULT_INDEX: first }
      : {}),
    ...(more.length === 0 ? {} : { UV_INDEX: more.join(' ') }),
    UV_FIND_LINKS: variables['UV_FIND_LINKS'] ?? variables['PIP_FIND_LINKS']?.split(/\s+/).join(','),
    SSL_CERT_FILE: variables['SSL_CERT_FILE'] ?? variables['PIP_CERT'],
  };
}
