/**
 * A command as it is started in a view of the file system in which folders are read-only. Every program on the way
 * becomes the next (exec), so process number, session, group, descriptors, limits and exit code are the command's own;
 * and its environment is the one that was asked for, to the letter.
 */
import type { MountedReadOnly } from './writeProtection.ts';

export interface ReadOnlyCommand {
  readonly argv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

export interface CommandToProtect {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Of the command that is not started when the folders cannot be made read-only after all. */
export const notProtectedCode = 125;

export function readOnlyCommand(
  { by, programs, folders, except }: MountedReadOnly,
  { argv, cwd, environment }: CommandToProtect,
  ids: { readonly uid: number; readonly gid: number } = ownIds(),
): ReadOnlyCommand {
  const { sh, unshare, mount, env, nice } = programs;
  const { words, surroundings } = passedThrough(environment);
  const steps = [
    // First, while what lies around them can be written to: the later mounts take these with them.
    ...except.map(path => [mount, '-o', 'rbind', path, path]),
    ...folders.flatMap(({ path, on, below }) => [
      [mount, '-o', ['rbind', 'ro', ...on.flags].join(','), path, path],
      // Each mount has flags of its own.
      ...below
        .filter(({ point }) => !except.some(folder => point === folder || point.startsWith(`${folder}/`)))
        .map(({ point, flags }) => [mount, '-o', ['remount', 'bind', 'ro', ...flags].join(','), point]),
    ]),
    // Its place is looked up anew: the folder that it was started in lies behind the mounts.
    ['cd', cwd],
  ].map(step => step.map(shellWord).join(' '));
  const failed = `{ echo 'lockstep: the workspace could not be made read-only, so the command was not started' >&2; exit ${notProtectedCode}; }`;
  // Back to the ids that it had, in a user namespace that has no rights over these mounts.
  const back =
    by === 'root' ? [] : [unshare, '--user', `--map-user=${ids.uid}`, `--map-group=${ids.gid}`, '--'];
  const start = [...back, env].map(shellWord).join(' ');
  // To env(1) a program with such a name is a variable.
  const through = argv[0]?.includes('=') === true ? ` ${shellWord(nice)} -n 0` : '';
  const script = `${steps.join(' && ')} || ${failed}\nexec ${start} ${words.join(' ')}${through} "$@"`;
  return {
    argv: [
      unshare,
      ...(by === 'root' ? [] : ['--map-root-user']),
      ...['--mount', '--propagation', 'private', '--'],
      ...[sh, '-c', script, sh, ...argv],
    ],
    environment: surroundings,
  };
}

/**
 * Shells set some variables, lose those whose names are none to them, and what changes how programs are loaded is not
 * meant for the programs on the way: words for env(1) that put all of this right, in the shell's own writing. The
 * values stay out of the words, which everybody can read.
 */
function passedThrough(environment: NodeJS.ProcessEnv): { words: string[]; surroundings: NodeJS.ProcessEnv } {
  const surroundings: NodeJS.ProcessEnv = {};
  const unset = ['PWD', 'OLDPWD', 'SHLVL', '_'].filter(name => environment[name] === undefined);
  const set: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    if (
      /^[A-Za-z][A-Za-z0-9_]*$/.test(name) &&
      !/^(?:LD_.+|PWD|OLDPWD|SHLVL|PPID|IFS|OPTIND|PS[124])$/.test(name)
    ) {
      surroundings[name] = value;
      continue;
    }
    const alias = `LOCKSTEP_PASSED_${set.length}`;
    surroundings[alias] = value;
    unset.push(alias);
    set.push(`${shellWord(`${name}=`)}"$${alias}"`);
  }
  return { words: [...unset.map(name => `-u ${name}`), ...set], surroundings };
}

function ownIds(): { uid: number; gid: number } {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
