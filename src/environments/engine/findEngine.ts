/**
 * Finds the container engine to use. What the person chose, by setting, variable or Docker context, is used or said to
 * be unusable, never passed over; without a choice the first that answers.
 */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { findProgram } from '../../base/findProgram.ts';
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import { isRemote, parseEndpoint } from './endpoint.ts';
import type { Engine, EngineFinding, EngineKind, EngineProblem } from './engine.ts';
import {
  engineCandidates,
  usualPlaces,
  type EngineCandidate,
  type EnginePlaces,
  type EngineSettings,
} from './engineCandidates.ts';
import {
  engineMissing,
  engineNotStarted,
  engineStopped,
  engineUnusable,
  notPermitted,
} from './engineProblems.ts';
import { engineCodes } from './errors.ts';
import { ensurePodmanService } from './podmanService.ts';
import { probeEngine } from './probeEngine.ts';

export interface FindEngineOptions {
  readonly settings: EngineSettings;
  readonly variables: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Where to look instead of the usual places. */
  readonly places?: EnginePlaces;
  /** Whether a Podman without a socket is served, by a process that outlives the caller for a minute. Default true. */
  readonly serve?: boolean;
}

/** Longest wait for an engine to say what it is: one behind SSH, or asleep, takes its time. */
const probeMs = 20_000;

/** Rejects with the signal's reason only: whatever is wrong with an engine is a finding. */
export async function findEngine(options: FindEngineOptions): Promise<EngineFinding> {
  const { settings, variables, signal } = options;
  const places = options.places ?? usualPlaces(variables);
  const candidates = await engineCandidates(settings, variables, places);
  if ('why' in candidates)
    return { problem: engineUnusable(candidates.called, candidates.why, candidates.mend) };

  const problems: EngineProblem[] = [];
  for (const candidate of candidates) {
    const finding = await tryCandidate(candidate, variables, signal);
    if (finding.engine !== undefined) return finding;
    problems.push(finding.problem);
    if (candidate.chosen) return finding;
  }
  if (settings.engine !== 'docker' && options.serve !== false) {
    const finding = await servePodman(variables, signal);
    if (finding?.engine !== undefined) return finding;
    if (finding !== undefined) problems.push(finding.problem);
  }
  // What can be mended most easily is what the person most likely meant.
  const worst = ['engine-not-permitted', 'engine-stopped', 'engine-unusable'] as const;
  const problem = worst.map(code => problems.find(one => one.code === code)).find(one => one !== undefined);
  if (problem !== undefined) return { problem };
  const installed = await programOf(process.platform === 'linux' ? 'dockerd' : 'docker', variables);
  return { problem: installed === undefined ? engineMissing() : engineNotStarted('docker') };
}

async function tryCandidate(
  candidate: EngineCandidate,
  variables: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<EngineFinding> {
  const { called, endpoint, source } = candidate;
  const parsed = parseEndpoint(endpoint);
  if (parsed === undefined)
    return {
      problem: engineUnusable(
        called,
        `${endpoint} is no address of one`,
        'Use unix:///path, tcp://host:port, npipe:////./pipe/name or ssh://user@host.',
      ),
    };
  const docker = await programOf('docker', variables);
  if (parsed.kind === 'ssh' && (docker === undefined || candidate.kind === 'podman'))
    return {
      problem: engineUnusable(
        called,
        `${endpoint} is reached through Docker's client, which ${docker === undefined ? 'is not installed' : 'does not speak to Podman'}`,
        docker === undefined
          ? 'Install the docker client: https://docs.docker.com/engine/install/binaries'
          : `Forward its socket (ssh -NL /tmp/engine.sock:/run/podman/podman.sock HOST) and set CONTAINER_HOST=unix:///tmp/engine.sock.`,
      ),
    };
  const timeout = AbortSignal.timeout(probeMs);
  const both = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const { environment } = candidate;
  try {
    const probed = await probeEngine({ endpoint, environment, program: docker ?? 'docker' }, both);
    const client = await clientOf(probed.kind, candidate, variables);
    const engine: Engine = { ...probed, ...client, source, endpoint, remote: isRemote(parsed) };
    return { engine };
  } catch (error) {
    signal?.throwIfAborted();
    return { problem: problemOf(error, candidate, timeout.aborted) };
  }
}

/** A Podman without a socket: Lockstep serves its API. */
async function servePodman(
  variables: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<EngineFinding | undefined> {
  const program = await programOf('podman', variables);
  if (program === undefined) return undefined;
  // Elsewhere Podman lives in a virtual machine, which serves the API when it runs.
  if (process.platform !== 'linux') return { problem: engineNotStarted('podman') };
  try {
    const endpoint = await ensurePodmanService(program, variables, signal);
    return await tryCandidate(
      { source: 'program', called: program, endpoint, chosen: false, environment: {}, kind: 'podman' },
      variables,
      signal,
    );
  } catch (error) {
    signal?.throwIfAborted();
    const mend = error instanceof LockstepError ? error.mend : undefined;
    return { problem: engineUnusable(program, errorText(error), mend ?? 'podman info says more.') };
  }
}

function problemOf(error: unknown, candidate: EngineCandidate, timedOut: boolean): EngineProblem {
  if (timedOut) return engineStopped(candidate, `no answer within ${probeMs / 1000} s`);
  const code = error instanceof LockstepError ? error.code : undefined;
  if (code === engineCodes.notPermitted) return notPermitted(candidate, userInfo().username);
  if (code === engineCodes.unreachable && error instanceof Error) {
    const { cause } = error;
    return engineStopped(candidate, systemErrorCode(cause) ?? errorText(cause));
  }
  return engineUnusable(candidate.called, errorText(error), 'docker version, or podman version, says more.');
}

/** The program that goes with the engine, and what it needs to reach it. */
async function clientOf(
  kind: EngineKind,
  candidate: EngineCandidate,
  variables: NodeJS.ProcessEnv,
): Promise<Pick<Engine, 'program' | 'environment'>> {
  const { endpoint, environment } = candidate;
  const program = await programOf(kind, variables);
  if (kind === 'docker' || candidate.kind === 'podman') return { program: program ?? kind, environment };
  // Podman behind an address of Docker: its own client takes the address by another name.
  if (program !== undefined) return { program, environment: { CONTAINER_HOST: endpoint } };
  return { program: (await programOf('docker', variables)) ?? kind, environment };
}

async function programOf(name: string, variables: NodeJS.ProcessEnv): Promise<string | undefined> {
  const found = await findProgram(name, { cwd: process.cwd(), variables });
  return found !== undefined && existsSync(found) ? found : undefined;
}
