/** What git's configuration says about talking to one address: certificates, headers, proxy. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { runGit } from '../../git/runGit.ts';
import { gitContext } from './gitContext.ts';
import type { LfsRepository } from './lfsRepository.ts';

export interface HttpSettings {
  readonly verifyCertificate: boolean;
  /** PEM of authorities, in place of the system's. */
  readonly authorities?: Buffer;
  /** Added to requests to this address alone: how some machines of continuous integration log in. */
  readonly headers: Readonly<Record<string, string>>;
  /** A proxy that requests would have to go through, as the configuration or environment names it. */
  readonly proxy?: string;
}

export async function httpSettings(repository: LfsRepository, url: string): Promise<HttpSettings> {
  const args = ['config', '-z', '--includes', '--get-urlmatch', 'http', url];
  const { stdout } = await runGit(gitContext(repository, {}), args, { tolerant: true });
  const settings = new Map<string, string>();
  for (const entry of stdout.toString('utf8').split('\0')) {
    const lineEnd = entry.indexOf('\n');
    if (lineEnd > 0) settings.set(entry.slice(0, lineEnd), entry.slice(lineEnd + 1));
  }
  const { environment } = repository;
  const file = environment['GIT_SSL_CAINFO'] ?? settings.get('http.sslcainfo');
  const authorities = file === undefined ? undefined : await readFile(inHome(file)).catch(() => undefined);
  const header = /^([\w-]+):\s*(.*)$/s.exec(settings.get('http.extraheader') ?? '');
  const proxy = proxyOf(environment, settings, new URL(url));
  return {
    verifyCertificate:
      environment['GIT_SSL_NO_VERIFY'] === undefined &&
      !/^(false|no|off|0)$/i.test(settings.get('http.sslverify') ?? 'true'),
    ...(authorities === undefined ? {} : { authorities }),
    headers: header === null ? {} : { [header[1] ?? '']: header[2] ?? '' },
    ...(proxy === undefined ? {} : { proxy }),
  };
}

function proxyOf(
  environment: NodeJS.ProcessEnv,
  settings: ReadonlyMap<string, string>,
  { protocol, hostname }: URL,
): string | undefined {
  const variable = (name: string): string | undefined => environment[name] ?? environment[name.toUpperCase()];
  const except = (variable('no_proxy') ?? '').split(',').map(one => one.trim().replace(/^\*?\./, ''));
  if (except.some(one => one === '*' || (one !== '' && (hostname === one || hostname.endsWith(`.${one}`)))))
    return undefined;
  const proxy =
    settings.get('http.proxy') ??
    (protocol === 'https:' ? variable('https_proxy') : environment['http_proxy']) ??
    variable('all_proxy');
  return proxy === '' ? undefined : proxy;
}

function inHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}
