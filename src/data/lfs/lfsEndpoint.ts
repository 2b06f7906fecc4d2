/**
 * Where the Git LFS objects of a repository are: the same address that git-lfs would find, in the same order.
 * Source: git-lfs `lfsapi/endpoint_finder.go`, `lfshttp/endpoint.go`, `docs/api/server-discovery.md`.
 */
import { fileURLToPath } from 'node:url';
import { isAbsolute, resolve } from 'node:path';
import { runGit } from '../../git/runGit.ts';
import { lfsAddressNotSupported, lfsRemoteUnknown } from './errors.ts';
import { gitContext } from './gitContext.ts';
import { lfsSetting, type LfsRepository } from './lfsRepository.ts';

export type LfsOperation = 'download' | 'upload';

export type LfsEndpoint =
  /** `url` without a slash at its end; user and password, where the configuration has them, are apart. */
  | { readonly kind: 'http'; readonly url: string; readonly login?: Login }
  /** The server tells address and token when it is asked by ssh; `url` is where it is when it names none. */
  | {
      readonly kind: 'ssh';
      readonly host: string;
      readonly port?: string;
      readonly path: string;
      readonly url: string;
    }
  /** A repository on this machine, or one that is mounted. Absolute. */
  | { readonly kind: 'folder'; readonly folder: string };

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Rejects with `lfs-remote-unknown` or `lfs-address-not-supported`. */
export async function lfsEndpoint(
  repository: LfsRepository,
  operation: LfsOperation,
  remote?: string,
): Promise<LfsEndpoint> {
  const pushing = operation === 'upload';
  const own =
    (pushing ? lfsSetting(repository, 'lfs.pushurl') : undefined) ?? lfsSetting(repository, 'lfs.url');
  if (own !== undefined) return endpointOf(own, repository.git.root, false);
  const name = remote ?? (await chosenRemote(repository, pushing));
  if (name === undefined) throw lfsRemoteUnknown(undefined);
  const ofRemote =
    (pushing ? lfsSetting(repository, `remote.${name}.lfspushurl`) : undefined) ??
    lfsSetting(repository, `remote.${name}.lfsurl`);
  if (ofRemote !== undefined) return endpointOf(ofRemote, repository.git.root, false);
  return endpointOf(await urlOfRemote(repository, name, pushing), repository.git.root, true);
}

/** The remote that git-lfs would take. Source: git-lfs `config/config.go`, `Remote` and `PushRemote`. */
export async function chosenRemote(repository: LfsRepository, pushing: boolean): Promise<string | undefined> {
  const { settings } = repository;
  const named = [...settings.keys()].flatMap(key => /^remote\.(.+)\.url$/s.exec(key)?.[1] ?? []);
  const context = gitContext(repository, {});
  const { stdout } = await runGit(context, ['symbolic-ref', '--quiet', '--short', 'HEAD'], {
    tolerant: true,
  });
  const branch = stdout.toString('utf8').trim();
  const pushRemote = pushing
    ? (settings.get(`branch.${branch}.pushremote`) ??
      settings.get('remote.lfspushdefault') ??
      settings.get('remote.pushdefault'))
    : undefined;
  return (
    pushRemote ??
    settings.get(`branch.${branch}.remote`) ??
    settings.get('remote.lfsdefault') ??
    (named.length === 1 ? named[0] : named.find(name => name === 'origin'))
  );
}

/** With `url.<base>.insteadOf` applied. A remote may also be an address itself. */
async function urlOfRemote(repository: LfsRepository, name: string, pushing: boolean): Promise<string> {
  const context = gitContext(repository, {});
  const args = ['remote', 'get-url', ...(pushing ? ['--push'] : []), '--', name];
  const { exitCode, stdout } = await runGit(context, args, { tolerant: true });
  const url = stdout.toString('utf8').split('\n')[0] ?? '';
  if (exitCode === 0 && url !== '') return url;
  if (/^[\w+.-]+:\/\/|^\/|^\.\.?\//.test(name)) return name;
  throw lfsRemoteUnknown(name);
}

/** @param ofGit The address is that of the git repository: the server of its objects follows from it. */
export function endpointOf(address: string, root: string, ofGit: boolean): LfsEndpoint {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'http':
    case 'https':
      return httpEndpoint(ofGit ? serverOfClone(address) : address);
    case 'git':
      return httpEndpoint(serverOfClone(address.replace(/^git/i, 'https')));
    case 'ssh':
    case 'git+ssh':
    case 'ssh+git':
      return sshEndpoint(address);
    case 'file':
      return { kind: 'folder', folder: fileURLToPath(address) };
    case undefined:
      return endpointWithoutScheme(address, root);
    default:
      throw lfsAddressNotSupported(address);
  }
}

/** As git reads it: `host:path` unless a slash comes before the colon, a letter and a colon being a drive on Windows. */
function endpointWithoutScheme(address: string, root: string): LfsEndpoint {
  const match = /^([^/:]+):(.*)$/s.exec(address);
  const isDrive = process.platform === 'win32' && /^[a-z]:/i.test(address);
  if (match === null || isDrive || isAbsolute(address))
    return { kind: 'folder', folder: resolve(root, address) };
  const [, host = '', path = ''] = match;
  requireHost(host, address);
  return {
    kind: 'ssh',
    host,
    path,
    url: serverOfClone(`https://${bareHost(host)}/${path.replace(/^\/+/, '')}`),
  };
}

function sshEndpoint(address: string): LfsEndpoint {
  const match = /^[^:]+:\/\/([^/]*?)(?::(\d+))?(\/.*)$/s.exec(address);
  if (match === null) throw lfsAddressNotSupported(address);
  const [, host = '', port, path = ''] = match;
  requireHost(host, address);
  return {
    ...{ kind: 'ssh', host, path, url: serverOfClone(`https://${bareHost(host)}${path}`) },
    ...(port === undefined ? {} : { port }),
  };
}

/** An ssh program would take a host that begins with a dash for an option. */
function requireHost(host: string, address: string): void {
  if (host === '' || host.startsWith('-') || bareHost(host).startsWith('-'))
    throw lfsAddressNotSupported(address);
}

function bareHost(host: string): string {
  return host.slice(host.lastIndexOf('@') + 1);
}

function httpEndpoint(address: string): LfsEndpoint {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw lfsAddressNotSupported(address);
  }
  const user = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  return {
    ...{ kind: 'http', url: url.href.replace(/\/+$/, '') },
    ...(password === '' ? {} : { login: { user, password } }),
  };
}

function serverOfClone(url: string): string {
  const trimmed = url.replace(/\/+$/, '');
  return trimmed.endsWith('.git') ? `${trimmed}/info/lfs` : `${trimmed}.git/info/lfs`;
}
