/** Where an engine is spoken to: the addresses that DOCKER_HOST, contexts and settings hold. */

export type Endpoint =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'pipe'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly secure: boolean }
  | { readonly kind: 'ssh'; readonly address: string };

/**
 * Reads `unix:///run/docker.sock`, `npipe:////./pipe/docker_engine`, `tcp://host:2376`, `http(s)://…`, `ssh://…`, and
 * an absolute path, as DOCKER_HOST takes them. Undefined when it is none of these.
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  if (text.startsWith('/')) return { kind: 'socket', path: text };
  const scheme = /^([a-z]+):\/\/(.*)$/s.exec(text);
  if (scheme === null) return undefined;
  const [, name, rest = ''] = scheme;
  if (name === 'unix') return rest.startsWith('/') ? { kind: 'socket', path: rest } : undefined;
  if (name === 'npipe') return rest === '' ? undefined : { kind: 'pipe', path: rest.replaceAll('\\', '/') };
  if (name === 'ssh') return rest === '' || rest.startsWith('-') ? undefined : { kind: 'ssh', address: text };
  if (name !== 'tcp' && name !== 'http' && name !== 'https') return undefined;
  const url = URL.parse(`http://${rest}`);
  if (url === null || url.hostname === '') return undefined;
  // 80 is what URL leaves out.
  const written = /:(\d+)(\/|$)/.exec(rest.replace(/^\[.*?\]/, ''))?.[1];
  const port = written === undefined ? (name === 'https' ? 2376 : 2375) : Number(written);
  return {
    kind: 'tcp',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    secure: name === 'https' || port === 2376,
  };
}

/** Whether the engine may be on another machine, where paths and GPUs of this one mean nothing. */
export function isRemote(endpoint: Endpoint): boolean {
  if (endpoint.kind === 'ssh') return true;
  return endpoint.kind === 'tcp' && !/^(localhost|127(\.\d+){3}|::1)$/.test(endpoint.host);
}
