import { substituteVariables } from './substituteVariables.ts';
import type { VariableSources } from './substituteVariables.ts';

/** What commands get beyond the container's own environment: of the login shell what differs, then `remoteEnv`. */
export function remoteEnvironment(
  remote: Readonly<Record<string, string | null>>,
  own: Readonly<Record<string, string>>,
  shell: Readonly<Record<string, string>>,
  sources: Omit<VariableSources, 'containerEnv'>,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(shell)) {
    if (own[name] === value || ofTheShellItself.has(name)) continue;
    result[name] = name === 'PATH' ? joinedPath(value, own['PATH']) : value;
  }
  const seen = { ...own, ...result };
  for (const [name, value] of Object.entries(remote)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = substituteVariables(value, { ...sources, containerEnv: seen });
  }
  return result;
}

const ofTheShellItself = new Set(['_', 'PWD', 'OLDPWD', 'SHLVL', 'HOSTNAME', 'TERM']);

/** The container's own folders that a login script dropped come after those of the shell. */
function joinedPath(shell: string, own: string | undefined): string {
  const folders = shell.split(':');
  for (const folder of (own ?? '').split(':'))
    if (folder !== '' && !folders.includes(folder)) folders.push(folder);
  return folders.join(':');
}
