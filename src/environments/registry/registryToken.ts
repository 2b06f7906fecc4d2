/**
 * The way in: a registry answers 401 and says where a token is to be had (`WWW-Authenticate`, RFC 7235; the token
 * protocol of the distribution project). Anybody can run a registry and name any address, so a login goes only to the
 * registry's own domain, and never in the clear.
 */
import * as z from 'zod';
import type { RegistryLogin } from './registryCredentials.ts';
import { registryAnswerWrong } from './errors.ts';

export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string };

/** Undefined where there is none that we can follow. */
export function readChallenge(header: string | null): Challenge | undefined {
  if (header === null || header.length > 4096) return undefined;
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(header) ?? [];
  if (scheme.toLowerCase() === 'basic') return { scheme: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return undefined;
  const fields = new Map(
    [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  );
  const realm = fields.get('realm');
  const service = fields.get('service');
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  return { scheme: 'bearer', realm, ...(service === undefined ? {} : { service }) };
}

const tokenSchema = z.looseObject({ token: z.string().optional(), access_token: z.string().optional() });

export interface AuthoriseRequest {
  readonly challenge: Challenge;
  readonly login: RegistryLogin | undefined;
  readonly registry: string;
  readonly repository: string;
  readonly fetch: (request: Request) => Promise<Response>;
}

/** The value of the `Authorization` header; undefined where it needs a login and there is none. */
export async function authorise(request: AuthoriseRequest): Promise<string | undefined> {
  const { challenge, login, registry } = request;
  const basic = login === undefined ? undefined : basicOf(login);
  if (challenge.scheme === 'basic') return basic;
  const url = new URL(challenge.realm);
  if (url.protocol !== 'https:' && !isLocal(url.hostname)) return undefined;
  const trusted = login !== undefined && isOwn(url.hostname, registry);
  const scope = `repository:${request.repository}:pull`;
  const answer = await request.fetch(
    trusted && login.identityToken !== undefined
      ? new Request(url, {
          method: 'POST',
          body: new URLSearchParams({
            ...{ grant_type: 'refresh_token', refresh_token: login.identityToken, client_id: 'lockstep' },
            ...{ scope, ...(challenge.service === undefined ? {} : { service: challenge.service }) },
          }),
        })
      : new Request(withQuery(url, scope, challenge.service), {
          headers: trusted && basic !== undefined ? { authorization: basic } : {},
        }),
  );
  if (answer.status !== 200) return undefined;
  const text = await answer.text();
  let token: string | undefined;
  try {
    const told = tokenSchema.parse(JSON.parse(text));
    token = told.token ?? told.access_token;
  } catch {
    token = undefined;
  }
  if (token === undefined) throw registryAnswerWrong(registry, 'no token where it said that there is one');
  return `Bearer ${token}`;
}

function withQuery(url: URL, scope: string, service: string | undefined): URL {
  url.searchParams.set('scope', scope);
  if (service !== undefined) url.searchParams.set('service', service);
  return url;
}

function basicOf({ user, password }: RegistryLogin): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** The registry's own host, or another one of its domain (`registry.gitlab.com` → `gitlab.com`). */
export function isOwn(realm: string, registry: string): boolean {
  const host = registry.replace(/:\d+$/, '').toLowerCase();
  const other = realm.toLowerCase();
  if (other === host) return true;
  // An address has no domain, and everybody has a host below a single label.
  if (/^[\d.:[\]]+$/.test(host)) return false;
  const [shorter, longer] = host.length < other.length ? [host, other] : [other, host];
  return shorter.includes('.') && longer.endsWith(`.${shorter}`);
}

function isLocal(host: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(host);
}
