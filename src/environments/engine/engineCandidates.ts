/** Where an engine may be, in the order in which one looks: what the person chose, then what is usually there. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { currentContext, readContext } from './dockerContexts.ts';
import type { EngineKind, EngineSource } from './engine.ts';

export interface EngineCandidate {
  readonly source: EngineSource;
  /** Said to people: `DOCKER_HOST`, `the Docker context gpu-box`. */
  readonly called: string;
  readonly endpoint: string;
  /** Whether somebody chose it: then nothing else is tried when it does not answer. */
  readonly chosen: boolean;
  /** What its client program needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the client that goes with it, where that is certain. */
  readonly kind?: EngineKind;
}

/** Something that was chosen and cannot be. */
export interface WrongChoice {
  readonly called: string;
  readonly why: string;
  readonly mend: string;
}

/** What settings say of the engine. */
export interface EngineSettings {
  /** `docker`, `podman`, an endpoint, or the name of a Docker context. Left out: the first that is found. */
  readonly engine?: string;
}

/** Either the one that was chosen, or all that are there, likeliest first. */
export async function engineCandidates(
  settings: EngineSettings,
  variables: NodeJS.ProcessEnv,
  places: EnginePlaces = usualPlaces(variables),
): Promise<readonly EngineCandidate[] | WrongChoice> {
  const set = (name: string): string | undefined => (variables[name] === '' ? undefined : variables[name]);
  const { engine } = settings;
  const wantsKind = engine === 'docker' || engine === 'podman' ? engine : undefined;
  if (engine !== undefined && engine !== '' && wantsKind === undefined) {
    const chosen = { source: 'setting', chosen: true } as const;
    if (engine.includes('://') || engine.startsWith('/'))
      return [{ ...chosen, called: 'the setting', endpoint: engine, environment: reach(engine) }];
    return fromContext(engine, places.dockerConfig, { ...chosen, called: `the setting (context ${engine})` });
  }

  const host = set('DOCKER_HOST');
  if (host !== undefined && wantsKind !== 'podman') {
    const { DOCKER_TLS_VERIFY, DOCKER_CERT_PATH } = variables;
    const environment = { ...reach(host), ...given({ DOCKER_TLS_VERIFY, DOCKER_CERT_PATH }) };
    return [{ source: 'DOCKER_HOST', called: 'DOCKER_HOST', endpoint: host, chosen: true, environment }];
  }
  const named = set('DOCKER_CONTEXT');
  if (named !== undefined && named !== 'default' && wantsKind !== 'podman')
    return fromContext(named, places.dockerConfig, {
      source: 'DOCKER_CONTEXT',
      called: `DOCKER_CONTEXT (${named})`,
      chosen: true,
    });
  if (named === undefined && wantsKind !== 'podman') {
    const current = await currentContext(places.dockerConfig);
    if (current !== undefined)
      return fromContext(current, places.dockerConfig, {
        source: 'context',
        called: `the Docker context ${current}`,
        chosen: true,
      });
  }
  const containerHost = set('CONTAINER_HOST');
  if (containerHost !== undefined && wantsKind !== 'docker')
    return [
      {
        source: 'CONTAINER_HOST',
        called: 'CONTAINER_HOST',
        endpoint: containerHost,
        chosen: true,
        environment: { CONTAINER_HOST: containerHost },
        kind: 'podman',
      },
    ];
  return places.sockets
    .filter(({ kind, path }) => (wantsKind === undefined || kind === wantsKind) && existsSync(path))
    .map(({ kind, path }): EngineCandidate => {
      const endpoint = process.platform === 'win32' ? `npipe://${path}` : `unix://${path}`;
      return {
        source: 'socket',
        called: path,
        endpoint,
        chosen: false,
        environment: kind === 'podman' ? ownStore(path) : reach(endpoint),
        kind,
      };
    });
}

export interface EnginePlaces {
  /** `~/.docker`. */
  readonly dockerConfig: string;
  /** Sockets and pipes to look at, in order. */
  readonly sockets: readonly { readonly kind: EngineKind; readonly path: string }[];
}

/** Where engines put their sockets on this system. */
export function usualPlaces(variables: NodeJS.ProcessEnv): EnginePlaces {
  const home = variables['HOME'] ?? homedir();
  const dockerConfig = variables['DOCKER_CONFIG'] ?? join(home, '.docker');
  if (process.platform === 'win32')
    return {
      dockerConfig,
      sockets: [
        { kind: 'docker', path: '//./pipe/docker_engine' },
        { kind: 'podman', path: '//./pipe/podman-machine-default' },
      ],
    };
  const runtime = variables['XDG_RUNTIME_DIR'];
  return {
    dockerConfig,
    sockets: [
      { kind: 'docker', path: '/var/run/docker.sock' },
      { kind: 'docker', path: join(home, '.docker', 'run', 'docker.sock') },
      { kind: 'docker', path: join(home, '.docker', 'desktop', 'docker.sock') },
      ...(runtime === undefined
        ? []
        : [
            { kind: 'docker' as const, path: join(runtime, 'docker.sock') },
            { kind: 'podman' as const, path: join(runtime, 'podman', 'podman.sock') },
          ]),
      { kind: 'podman', path: '/run/podman/podman.sock' },
    ],
  };
}

async function fromContext(
  name: string,
  configFolder: string,
  about: Pick<EngineCandidate, 'source' | 'called' | 'chosen'>,
): Promise<readonly EngineCandidate[] | WrongChoice> {
  const context = await readContext(configFolder, name);
  if ('why' in context)
    return {
      called: about.called,
      why: context.why,
      mend: 'docker context ls shows what there is; docker context use default goes back.',
    };
  const { endpoint, certificates, skipVerify } = context;
  const secure =
    certificates === undefined
      ? {}
      : {
          DOCKER_CERT_PATH: certificates,
          ...(skipVerify ? { DOCKER_TLS: '1' } : { DOCKER_TLS_VERIFY: '1' }),
        };
  return [{ ...about, endpoint, environment: { ...reach(endpoint), ...secure } }];
}

/** Podman's program reaches the store of its own user without an endpoint, and can do more there. */
function ownStore(path: string): Record<string, string> {
  const root = process.getuid?.() === 0;
  return path.startsWith('/run/podman/') && !root ? { CONTAINER_HOST: `unix://${path}` } : {};
}

/** A context chosen by variable or file would otherwise stand in the way of the endpoint. */
function reach(endpoint: string): Record<string, string> {
  return { DOCKER_HOST: endpoint.startsWith('/') ? `unix://${endpoint}` : endpoint };
}

function given(variables: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
