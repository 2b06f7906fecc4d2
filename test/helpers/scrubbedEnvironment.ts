/**
 * The environment that tests start children from: what every machine has, and nothing of the developer's own.
 * Development machines often set PYTHONUNBUFFERED, GIT_* or an identity, and a test that passes because of them lies.
 */
import { join } from 'node:path';

/**
 * Without these, programs do not start at all on the systems that have them. And the place where `npm test` has Node keep
 * what it compiled: with it each of the many command lines that tests start needs two thirds of the time.
 */
const keptOnEveryMachine = [
  ...['PATH', 'SystemRoot', 'SYSTEMROOT', 'ComSpec', 'PATHEXT', 'windir', 'TZ'],
  'NODE_COMPILE_CACHE',
];

/**
 * PATH and the system's own variables, a home folder and a temporary folder of its own, a fixed locale.
 * @param home Absolute path of an existing folder: configuration of the developer (git identity, pip, caches) is
 *   not found there.
 * @param extra Added last, so it wins. A value of undefined removes the variable.
 */
export function scrubbedEnvironment(
  home: string,
  extra: Readonly<Record<string, string | undefined>> = {},
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const name of keptOnEveryMachine) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  Object.assign(environment, {
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    LANG: 'C.UTF-8',
    // System-wide settings of the machine (an identity, a hooks path, filters) are the developer's own, too.
    GIT_CONFIG_NOSYSTEM: '1',
  });
  for (const [name, value] of Object.entries(extra)) {
    if (value === undefined) Reflect.deleteProperty(environment, name);
    else environment[name] = value;
  }
  return environment;
}
