/** What can go wrong with a devcontainer's configuration, its engine and the container that is there; why one does not come up is in upErrors.ts. */
import { LockstepError } from '../../base/lockstepError.ts';
import type { EngineProblem } from '../engine/engine.ts';
import type { JsoncProblem } from './parseJsonc.ts';

export function configMissing(root: string): LockstepError {
  return new LockstepError({
    code: 'devcontainer-missing',
    kind: 'usage',
    message: `${root} has no devcontainer.json.`,
    mend: 'Make one: lockstep env create',
  });
}

export function configAmbiguous(found: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'devcontainer-ambiguous',
    kind: 'usage',
    message: `This project has several devcontainers: ${found.join(', ')}.`,
    mend: `Choose one: --config ${found[0] ?? ''}`,
  });
}

export function configNamed(asked: string, found: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'devcontainer-missing',
    kind: 'usage',
    message: `${asked} is no devcontainer of this project.${found.length === 0 ? '' : ` It has ${found.join(', ')}.`}`,
    mend: found.length === 0 ? 'Make one: lockstep env create' : `Choose one: --config ${found[0] ?? ''}`,
  });
}

export function configUnreadable(path: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'devcontainer-unreadable',
    message: `${path} cannot be read.`,
    mend: 'Check that you may read it.',
    cause,
  });
}

/** `config` relative to the project. */
export function configBroken(config: string, { line, column, what }: JsoncProblem): LockstepError {
  return new LockstepError({
    code: 'devcontainer-broken',
    kind: 'usage',
    message: `${config}:${line}:${column}: ${what}.`,
    mend: `Mend the file there; the container stays as it is until then.`,
  });
}

export function engineNotUsable(problem: EngineProblem): LockstepError {
  return new LockstepError({ code: problem.code, message: problem.message, mend: problem.mend });
}

export function engineGone(kind: string, detail: string): LockstepError {
  return new LockstepError({
    code: 'engine-stopped',
    message: `${engineName(kind)} does not answer: ${detail}`,
    mend:
      kind === 'podman'
        ? 'Start it: podman machine start'
        : 'Start it: sudo systemctl start docker, or open Docker Desktop.',
  });
}

export function engineNotPermitted(kind: string, detail: string): LockstepError {
  return new LockstepError({
    code: 'engine-not-permitted',
    message: `You may not talk to ${engineName(kind)}: ${detail}`,
    mend:
      kind === 'podman'
        ? 'Use your own Podman, without CONTAINER_HOST.'
        : 'Join its group, then log in again: sudo usermod -aG docker "$USER"',
  });
}

export function containerMissing(root: string): LockstepError {
  return new LockstepError({
    code: 'container-missing',
    message: `The devcontainer of ${root} is not up.`,
    mend: 'Start it: lockstep env up',
  });
}

export function containerNotRunning(name: string, state: string): LockstepError {
  return new LockstepError({
    code: 'container-not-running',
    message: `The container ${name} is ${state}.`,
    mend: 'Start it: lockstep env up',
  });
}

/** The engine's own program said no. */
export function engineRefused(what: string, detail: string): LockstepError {
  return new LockstepError({ code: 'engine-refused', message: `${what} failed: ${detail}` });
}

export function notInContainer(path: string): LockstepError {
  return new LockstepError({
    code: 'not-in-container',
    message: `${path} is not mounted in the container.`,
    mend: 'Stand in the project, or add a mount to devcontainer.json.',
  });
}

export function userNotInContainer(user: string, container: string): LockstepError {
  return new LockstepError({
    code: 'user-not-in-container',
    message: `The container ${container} has no user ${user}.`,
    mend: 'Name one of its /etc/passwd, or leave --user out: lockstep env exec -- cat /etc/passwd',
  });
}

export function alreadyInside(): LockstepError {
  return new LockstepError({
    code: 'already-inside',
    kind: 'usage',
    message: 'This is the inside of the container: it cannot be started or ended from here.',
    mend: 'Run it on the host.',
  });
}

export function engineName(kind: string): string {
  return kind === 'podman' ? 'Podman' : 'Docker';
}
