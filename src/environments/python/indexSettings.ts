/**
 * Where packages come from on this machine: what pip and uv are told by variables and by pip's configuration files.
 * Only what names an index, a certificate or a proxy is taken over; settings that lead an installation elsewhere
 * (target, prefix, user, root) never are.
 */
import { runCommand } from '../../base/runCommand.ts';

export interface IndexSettings {
  /** The index first, then further ones. May hold credentials: never written down. */
  readonly indexes: readonly string[];
  /** For a program that installs: pip's settings as variables, everything else of pip and uv that could lead elsewhere removed. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

const publicIndex = 'https://pypi.org/simple';

const takenOver = new Set([
  ...['index-url', 'extra-index-url', 'find-links', 'no-index', 'cert', 'client-cert', 'proxy'],
  ...['trusted-host', 'timeout', 'default-timeout', 'retries', 'cache-dir', 'keyring-provider'],
]);

/** Variables that would put packages elsewhere, or make an interpreter see other ones. */
const leadingElsewhere =
  /^(?:PIP_(?:TARGET|PREFIX|ROOT|USER|PYTHON|REQUIREMENT|CONSTRAINT|CONFIG_FILE|EDITABLE|SRC|REQUIRE_VIRTUALENV|ROOT_USER_ACTION|UPGRADE|REPORT|DRY_RUN|NO_DEPS|ONLY_BINARY|NO_BINARY|PRE|QUIET|VERBOSE|LOG)|UV_(?:PROJECT_ENVIRONMENT|SYSTEM_PYTHON|BREAK_SYSTEM_PACKAGES|PYTHON|PROJECT|WORKING_DIRECTORY|WORKING_DIR|CONSTRAINT|OVERRIDE|BUILD_CONSTRAINT|EXCLUDE_NEWER|REQUIRE_HASHES|NO_DEPS|PRERELEASE|RESOLUTION|TARGET|PREFIX|LINK_MODE)|PYTHON(?:PATH|HOME|USERBASE|STARTUP|NOUSERSITE|SAFEPATH|EXECUTABLE)|__PYVENV_LAUNCHER__|VIRTUAL_ENV|VIRTUAL_ENV_PROMPT|CONDA_PREFIX)$/;

/**
 * @param pip How to start pip, as `[python, '-m', 'pip']`; undefined where there is none, then variables alone count.
 * Rejects only when aborted.
 */
export async function readIndexSettings(
  pip: readonly string[] | undefined,
  variables: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<IndexSettings> {
  const configured = await pipConfiguration(pip, variables, signal);
  const kept: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(variables)) if (!leadingElsewhere.test(name)) kept[name] = value;
  for (const [key, value] of configured) {
    const name = `PIP_${key.toUpperCase().replaceAll('-', '_')}`;
    kept[name] ??= value;
  }
  // Its own files are read already.
  kept['PIP_CONFIG_FILE'] = process.platform === 'win32' ? 'nul' : '/dev/null';
  kept['PIP_USER'] = '0';
  kept['PIP_DISABLE_PIP_VERSION_CHECK'] = '1';
  kept['PIP_NO_INPUT'] = '1';
  kept['PYTHONNOUSERSITE'] = '1';
  const list = (...names: string[]): string[] =>
    names.flatMap(name => (kept[name] ?? '').split(/\s+/).filter(one => one !== ''));
  const first = list('UV_DEFAULT_INDEX', 'UV_INDEX_URL', 'PIP_INDEX_URL');
  return {
    indexes: [
      ...(first.length === 0 ? [publicIndex] : first.slice(0, 1)),
      ...list('UV_INDEX', 'UV_EXTRA_INDEX_URL', 'PIP_EXTRA_INDEX_URL').map(one =>
        one.replace(/^[\w.-]+=(?=https?:)/, ''),
      ),
    ],
    variables: kept,
  };
}

async function pipConfiguration(
  pip: readonly string[] | undefined,
  variables: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const [program, ...args] = pip ?? [];
  if (program === undefined) return new Map();
  try {
    const { stdout, exitCode } = await runCommand({
      program,
      args: [...args, 'config', 'list'],
      env: { ...variables },
      timeoutMs: 30_000,
      ...(signal === undefined ? {} : { signal }),
    });
    return exitCode === 0 ? parsePipConfiguration(stdout.toString('utf8')) : new Map();
  } catch {
    signal?.throwIfAborted();
    return new Map();
  }
}

/** Lines as `global.index-url='https://…'`, a Python literal; `install.` wins over `global.`. */
export function parsePipConfiguration(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const section of ['global', 'install'])
    for (const line of text.split(/\r?\n/)) {
      const [, where, key = '', , value = ''] = /^([\w:]+)\.([\w-]+)=(['"])(.*)\3$/.exec(line) ?? [];
      if (where !== section || !takenOver.has(key)) continue;
      settings.set(
        key,
        value.replaceAll(/\\(n|\\|'|")/g, (_, one: string) => (one === 'n' ? '\n' : one)),
      );
    }
  return settings;
}

/** PyTorch's wheels for one kind of device lie on an index of their own: `2.8.0+cu128` → `…/whl/cu128`. */
export function deviceIndexes(versions: readonly string[]): string[] {
  const kinds = versions.map(version => /\+(cu\d{2,3}|cpu|xpu|rocm\d[\d.]*)$/.exec(version)?.[1]);
  return [...new Set(kinds.filter(kind => kind !== undefined))].map(
    kind => `https://download.pytorch.org/whl/${kind}`,
  );
}
