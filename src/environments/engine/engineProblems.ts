/** Why there is no engine to use, each with what mends it on this system. */
import type { EngineCandidate } from './engineCandidates.ts';
import type { EngineKind, EngineProblem } from './engine.ts';

export function engineMissing(platform: NodeJS.Platform = process.platform): EngineProblem {
  return {
    code: 'engine-missing',
    message: 'There is no container engine: neither Docker nor Podman was found.',
    mend:
      platform === 'linux'
        ? 'Install Docker Engine (https://docs.docker.com/engine/install) or Podman (sudo apt-get install podman).'
        : 'Install Docker Desktop (https://docs.docker.com/desktop) or Podman (https://podman.io).',
  };
}

/** It is installed, or was chosen, and nobody answers there. */
export function engineStopped(
  { called, endpoint, chosen, kind }: Pick<EngineCandidate, 'called' | 'endpoint' | 'chosen' | 'kind'>,
  words: string,
  platform: NodeJS.Platform = process.platform,
): EngineProblem {
  const where = chosen ? `${called} names ${endpoint}, where` : `At ${endpoint}`;
  const variable = chosen && /^[A-Z_]+$/.test(called);
  if (chosen && words === 'ENOENT')
    return {
      code: 'engine-stopped',
      message: `${called} names ${endpoint}, and there is no such socket.`,
      mend: variable ? `Correct ${called}, or unset it: unset ${called}` : `Correct it: ${called} decides.`,
    };
  return {
    code: 'engine-stopped',
    message: `${where} no container engine answers (${words}).`,
    mend:
      chosen && !/^(unix|npipe):|^\//.test(endpoint)
        ? `Start the engine there, or choose another one: ${called} decides.`
        : `${startCommand(endpoint, kind, platform)}${variable ? `; or unset ${called}` : ''}`,
  };
}

export function engineNotStarted(
  kind: EngineKind,
  platform: NodeJS.Platform = process.platform,
): EngineProblem {
  return {
    code: 'engine-stopped',
    message: `${kind === 'docker' ? 'Docker' : 'Podman'} is installed, and its engine does not run.`,
    mend: startCommand('', kind, platform),
  };
}

/** The socket is there, and this user may not open it. */
export function notPermitted(
  { endpoint, kind }: Pick<EngineCandidate, 'endpoint' | 'kind'>,
  user: string,
): EngineProblem {
  return {
    code: 'engine-not-permitted',
    message: `You may not use the container engine at ${endpoint}: its socket is not open to ${user}.`,
    mend:
      kind === 'podman'
        ? 'Use your own: systemctl --user enable --now podman.socket'
        : `sudo usermod -aG docker ${user}, then log in again; or use a rootless engine: dockerd-rootless-setuptool.sh install`,
  };
}

export function engineUnusable(called: string, why: string, mend: string): EngineProblem {
  return { code: 'engine-unusable', message: `${called} cannot be used as container engine: ${why}.`, mend };
}

function startCommand(endpoint: string, kind: EngineKind | undefined, platform: NodeJS.Platform): string {
  const path = endpoint.replace(/^\w+:\/\//, '');
  const podman = kind === 'podman' || path.includes('podman');
  if (podman) {
    if (platform !== 'linux') return 'podman machine start';
    return path.startsWith('/run/podman')
      ? 'sudo systemctl start podman.socket'
      : 'systemctl --user start podman.socket';
  }
  if (platform !== 'linux' || /\/\.docker\//.test(path)) return 'Start Docker Desktop.';
  return /^\/run\/user\//.test(path) ? 'systemctl --user start docker' : 'sudo systemctl start docker';
}
