/** What can be wrong with a managed Python environment. */
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText } from '../../base/systemError.ts';
import { printableList } from './printableList.ts';

export function interpreterUnusable(path: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'interpreter-unusable',
    message: `${path} is no Python 3.8 or later that answers: ${errorText(cause)}`,
    mend: 'Name another interpreter with --interpreter PATH',
    cause,
  });
}

export function noInterpreter(): LockstepError {
  return new LockstepError({
    code: 'interpreter-not-found',
    message: 'There is no Python on PATH and no .venv in this project.',
    mend: 'Install Python, activate an environment, or name an interpreter with --interpreter PATH',
  });
}

/** `count` packages of the project are not there; `mend` is the command that makes an environment. */
export function environmentOfProjectMissing(
  interpreter: string,
  first: { readonly name: string; readonly file: string },
  count: number,
  mend: string,
): LockstepError {
  const more = count > 1 ? ` and ${count - 1} more` : '';
  return new LockstepError({
    code: 'environment-of-project-missing',
    message: `No environment of this project was found, and ${interpreter} of the system does not have ${first.name}${more}, which ${first.file} asks for.`,
    mend: `Make one (${mend}) and install the packages; or lock this Python all the same: lockstep env lock --interpreter ${interpreter}`,
  });
}

export function pythonNotFound(version: string): LockstepError {
  const minor = minorOf(version);
  return new LockstepError({
    code: 'python-not-found',
    message: `The environment needs Python ${minor}, and this machine has none that can be found.`,
    mend: `Install it: uv python install ${minor}, pyenv install ${minor}, or the package python${minor} of your system`,
  });
}

export function condaMissing(): LockstepError {
  return new LockstepError({
    code: 'conda-missing',
    message: 'The environment holds conda packages, and there is no micromamba, mamba or conda on PATH.',
    mend: 'Install micromamba, or put conda on PATH.',
  });
}

export function cannotRebuild(
  problems: readonly { readonly name: string; readonly why: string }[],
): LockstepError {
  return new LockstepError({
    code: 'environment-not-rebuildable',
    message: `The environment cannot be made again here: ${printableList(problems.map(({ name, why }) => `${name} ${why}`))}.`,
    mend: 'Install these packages from an index, or run on the host with --env host',
  });
}

export function otherPlatform(locked: string, here: string): LockstepError {
  return new LockstepError({
    code: 'environment-of-another-platform',
    message: `The environment was listed on ${locked}; this machine is ${here}, which other files of the packages are for.`,
    mend: 'Lock the environment on a machine of this kind, or run on the host with --env host',
  });
}

/** @param lines The last ones of the program that failed. */
export function buildFailed(program: string, lines: readonly string[], cause?: unknown): LockstepError {
  const reason = reasonIn(lines);
  return new LockstepError({
    code: 'environment-not-built',
    message: `The environment could not be made: ${program} failed${reason === '' ? '' : `: ${reason}`}${/[.!?]$/.test(reason) ? '' : '.'}`,
    mend: mendOf(lines.join(' ')),
    cause,
  });
}

export function builtDiffers(differences: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'environment-built-otherwise',
    message: `What was installed is not what the list says: ${printableList(differences)}.`,
    mend: 'Look at the settings of pip or uv on this machine (index, constraints, target).',
  });
}

export function lockMissing(path: string): LockstepError {
  return new LockstepError({
    code: 'environment-lock-missing',
    message: `--env python runs in the environment that ${path} describes, and there is none.`,
    mend: 'Make one from the environment in use: lockstep env lock --python',
  });
}

export function lockWithoutPython(path: string): LockstepError {
  return new LockstepError({
    code: 'environment-lock-missing',
    message: `The environment lock ${path} describes no Python environment.`,
    mend: 'Make one from the environment in use: lockstep env lock --python',
  });
}

/** `3.11.7` → `3.11`. */
export function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** What pip and uv mark as the error, else what was said last. */
function reasonIn(lines: readonly string[]): string {
  const marked = lines.filter(line => /^(?:error|caused? ?by|cause|×|╰─▶)/i.test(line)).slice(0, 2);
  const words = (marked.length > 0 ? marked : lines.slice(-2)).join(' ').replaceAll(/^error: */gi, '');
  return words.length > longestReason ? `${words.slice(0, longestReason)}…` : words;
}

const longestReason = 400;

function mendOf(words: string): string {
  if (/ensurepip is not available|python3[\d.]*-venv/i.test(words))
    return 'Install the package python3-venv of your system, or uv.';
  if (/do(?:es)? not match|HASHES|hash mismatch/i.test(words))
    return 'The files on the index are not those that were locked: find out why before you lock again.';
  if (/No space left/i.test(words)) return 'Free some space, then try again.';
  if (/resolv|connect|timed out|network|unreachable|SSL|certificate/i.test(words))
    return 'Look at the network and at the index that pip or uv is set to, then try again.';
  if (
    /No matching distribution|no version of|not found in the (?:package )?registry|No solution/i.test(words)
  )
    return 'The index has that version no longer, or not for this machine: name the index that has it in the settings of pip or uv.';
  return 'See what it printed above, mend it, and try again.';
}
