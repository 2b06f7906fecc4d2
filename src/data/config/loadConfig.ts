/**
 * The configuration of a data repository, merged over its levels as DVC does: names in lower case, interpolated,
 * relative paths made absolute from the folder of the file that says them.
 * Source: dvc `config.py` (`load_config_to_level`, `_resolve`), configobj `InterpolationEngine`.
 */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import { configLevels, homeFolder } from './configLevels.ts';
import { configInvalid, configUnreadable } from './errors.ts';
import { parseConfigFile, type ConfigSection, type ConfigValue } from './parseConfigFile.ts';

export type ConfigOptions = ReadonlyMap<string, ConfigValue>;

export interface LoadedConfig {
  /** `core`, `cache`, …: options by name, all in lower case. */
  readonly sections: ReadonlyMap<string, ConfigOptions>;
  /** `['remote "name"']`, in the order in which they first appear. */
  readonly remotes: ReadonlyMap<string, ConfigOptions>;
}

interface GrowingConfig {
  readonly sections: Map<string, Map<string, ConfigValue>>;
  readonly remotes: Map<string, Map<string, ConfigValue>>;
}

/**
 * Rejects with `data-config-invalid` (file and line) and `data-config-unreadable`. Levels that are not there are empty.
 * @param recorded Stands for the text of the repository's own level.
 */
export async function loadConfig(
  root: string,
  environment: NodeJS.ProcessEnv,
  recorded?: string,
): Promise<LoadedConfig> {
  const merged: GrowingConfig = { sections: new Map(), remotes: new Map() };
  const places = configLevels(root, environment);
  const texts = await Promise.all(
    places.map(async place =>
      recorded !== undefined && place.level === 'repository' ? recorded : readConfigText(place.path),
    ),
  );
  for (const [index, place] of places.entries())
    mergeText(merged, texts[index] ?? '', place.path, environment);
  return merged;
}

export async function readConfigText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw configUnreadable(path, error);
  }
}

function mergeText(merged: GrowingConfig, text: string, path: string, environment: NodeJS.ProcessEnv): void {
  const { sections, problems } = parseConfigFile(text);
  const problem = problems[0];
  if (problem !== undefined) throw configInvalid(path, problem.what, problem.line);
  for (const section of sections) {
    const values = new Map<string, ConfigValue>();
    for (const entry of section.entries) {
      const value = interpolated(section, entry.key, entry.value, path, entry.firstLine);
      values.set(entry.key.toLowerCase(), value);
    }
    if (section.line < 0) {
      if (section.entries[0] !== undefined)
        throw configInvalid(path, 'a section must come first', section.entries[0].firstLine + 1);
      continue;
    }
    const name = section.name.toLowerCase();
    const remote = /^\s*remote\s*"(.*)"\s*$/.exec(name)?.[1];
    const pathOptions = remote === undefined ? sectionPaths(name) : remotePaths;
    for (const option of pathOptions) {
      const value = values.get(option);
      if (typeof value === 'string') values.set(option, resolveConfigPath(path, value, environment));
    }
    const target = remote === undefined ? merged.sections : merged.remotes;
    const key = remote ?? name;
    target.set(key, new Map([...(target.get(key) ?? []), ...values]));
  }
}

const remotePaths = [
  'url',
  'gdrive_user_credentials_file',
  'gdrive_service_account_json_file_path',
  'credentialpath',
  'configpath',
  'keyfile',
  'cert_path',
  'key_path',
];

function sectionPaths(name: string): readonly string[] {
  return name === 'cache' ? ['dir'] : [];
}

/** URLs and absolute paths stay; `~` is the home folder; else relative to the folder of the configuration. */
export function resolveConfigPath(configFile: string, value: string, environment: NodeJS.ProcessEnv): string {
  if (/^\w+:\/\//.test(value) || isAbsolute(value)) return value;
  if (value === '~' || /^~[/\\]/.test(value)) return join(homeFolder(environment), value.slice(1));
  return resolve(dirname(configFile), value);
}

/** `%(name)s` stands for another value of the same section; an unknown name is an error, in DVC too. */
function interpolated(
  section: ConfigSection,
  key: string,
  value: ConfigValue,
  path: string,
  line: number,
): ConfigValue {
  const byKey = new Map(section.entries.map(entry => [entry.key, entry.value]));
  let budget = 1_000;
  const expand = (name: string, text: string, trail: readonly string[]): string => {
    if (trail.includes(name) || trail.length > 10 || (budget -= 1) < 0)
      throw configInvalid(path, `the value of ${key} refers to itself`, line + 1);
    return text.replace(/%\(([^)]*)\)s/g, (_whole, wanted: string) => {
      const found = byKey.get(wanted);
      if (typeof found !== 'string')
        throw configInvalid(path, `the value of ${key} refers to ${wanted}, which is not set here`, line + 1);
      return expand(wanted, found, [...trail, name]);
    });
  };
  if (typeof value === 'string') return expand(key, value, []);
  return value.map(item => expand(key, item, []));
}
