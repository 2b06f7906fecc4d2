/** Where the four levels of configuration lie, weakest first. Source: dvc `config.py`, `dirs.py`; platformdirs. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export type ConfigLevel = 'system' | 'global' | 'repository' | 'local';

export interface ConfigPlace {
  readonly level: ConfigLevel;
  /** Absolute. */
  readonly path: string;
}

export function configLevels(root: string, environment: NodeJS.ProcessEnv): ConfigPlace[] {
  return [
    { level: 'system', path: join(systemFolder(environment), 'config') },
    { level: 'global', path: join(globalFolder(environment), 'config') },
    { level: 'repository', path: join(root, '.dvc', 'config') },
    { level: 'local', path: join(root, '.dvc', 'config.local') },
  ];
}

function systemFolder(environment: NodeJS.ProcessEnv): string {
  const set = environment['DVC_SYSTEM_CONFIG_DIR'];
  if (set !== undefined && set !== '') return set;
  if (process.platform === 'win32')
    return join(environment['PROGRAMDATA'] ?? 'C:\\ProgramData', 'iterative', 'dvc');
  if (process.platform === 'darwin') return '/Library/Application Support/dvc';
  const first = environment['XDG_CONFIG_DIRS']?.split(':')[0]?.trim();
  return join(first === undefined || first === '' ? '/etc/xdg' : first, 'dvc');
}

function globalFolder(environment: NodeJS.ProcessEnv): string {
  const set = environment['DVC_GLOBAL_CONFIG_DIR'];
  if (set !== undefined && set !== '') return set;
  const home = homeFolder(environment);
  if (process.platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'iterative', 'dvc');
  const xdg = environment['XDG_CONFIG_HOME']?.trim();
  if (xdg !== undefined && xdg !== '') return join(xdg, 'dvc');
  return process.platform === 'darwin'
    ? join(home, 'Library', 'Application Support', 'dvc')
    : join(home, '.config', 'dvc');
}

export function homeFolder(environment: NodeJS.ProcessEnv): string {
  const home = process.platform === 'win32' ? environment['USERPROFILE'] : environment['HOME'];
  return home === undefined || home === '' ? homedir() : home;
}
