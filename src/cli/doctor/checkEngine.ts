/** The container engine that devcontainers run in: optional, so nothing about it is worse than a warning. */
import type { EnginePlaces } from '../../environments/engine/engineCandidates.ts';
import { findEngine } from '../../environments/engine/findEngine.ts';
import { runCommand } from '../../base/runCommand.ts';
import type { DoctorCheck } from '../output/doctorOutput.ts';

/** @param places Where to look instead of the usual places. */
export async function checkEngine(env: NodeJS.ProcessEnv, places?: EnginePlaces): Promise<DoctorCheck> {
  const finding = await findEngine({
    ...{ settings: {}, variables: env, serve: false },
    ...(places === undefined ? {} : { places }),
  });
  const name = 'container engine';
  if (finding.engine === undefined) {
    // What somebody chose is not replaced by what happens to be there.
    const chosen = ['DOCKER_HOST', 'DOCKER_CONTEXT'].some(one => (env[one] ?? '') !== '');
    const podman = chosen ? undefined : await podmanVersion(env);
    if (podman !== undefined && process.platform === 'linux')
      return { name, status: 'good', found: `Podman ${podman} (Lockstep serves its API when it is needed)` };
    const { message, mend } = finding.problem;
    return { name, status: 'warning', found: message, mend };
  }
  const { kind, version, endpoint, facts, desktop, remote } = finding.engine;
  const about = [
    ...(desktop ? ['Docker Desktop'] : []),
    ...(facts.rootless ? ['rootless'] : []),
    ...(remote ? ['on another machine'] : []),
  ];
  const title = `${kind === 'docker' ? 'Docker' : 'Podman'} ${version}`;
  return {
    name,
    status: 'good',
    found: `${title}${about.length > 0 ? `, ${about.join(', ')}` : ''} (${endpoint})`,
  };
}

async function podmanVersion(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const args = ['version', '--format', '{{.Client.Version}}'];
    const outcome = await runCommand({ program: 'podman', args, env, timeoutMs: 10_000 });
    return outcome.exitCode === 0 ? outcome.stdout.toString('utf8').trim() : undefined;
  } catch {
    return undefined;
  }
}
