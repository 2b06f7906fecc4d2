/**
 * The environment that every git process of ours gets: the person's own, without any inherited `GIT_*` variable,
 * with English messages and without optional locks, so that reading never writes to the person's repository.
 */
import { devNull } from 'node:os';

/** `base` without `GIT_*`, then our own variables, then `extra`. */
export function gitEnvironment(base: NodeJS.ProcessEnv, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(base).filter(([name]) => !/^GIT_/i.test(name) || keptVariables.has(name));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    LANGUAGE: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // Nothing that we ask of git may reach for the network in a partial clone.
    GIT_NO_LAZY_FETCH: '1',
    ...extra,
  };
}

/** Where git itself and its configuration lie: without them another git, or another person's settings, would answer. */
const keptVariables = new Set([
  'GIT_EXEC_PATH',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
]);

/** Settings that keep the person's hooks, helpers and line-ending warnings out of our plumbing. */
export const quietSettings: readonly string[] = [
  '-c',
  `core.hooksPath=${devNull}`,
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.safecrlf=false',
  '-c',
  'core.untrackedCache=false',
  '-c',
  'core.splitIndex=false',
  '-c',
  'core.logAllRefUpdates=false',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
  '-c',
  'advice.addEmbeddedRepo=false',
];
