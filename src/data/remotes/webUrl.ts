/** URLs of remotes: their parts, and the addresses of objects below them. */
import { remoteSettingWrong } from './errors.ts';
import type { RemoteSettings } from './objectStore.ts';

/** The URL of a remote without a slash at its end. Rejects with `remote-setting` where it is none. */
export function remoteUrl(settings: RemoteSettings): URL {
  try {
    return new URL(settings.url);
  } catch {
    throw remoteSettingWrong(settings.name, 'url', 'is not a URL');
  }
}

/** For messages: without user, password and query, which may hold a token. */
export function urlLabel(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`.replace(/\/+$/, '');
}

/** The address of `key` below `base`, whose query (a shared access signature) stays. */
export function urlBelow(base: URL, key: string): URL {
  const url = new URL(base);
  url.username = '';
  url.password = '';
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`;
  return url;
}

/** Bucket (or container) and the prefix of every key in it, '' or with a slash at its end, of `s3://bucket/some/prefix`. */
export function bucketAndPrefix(settings: RemoteSettings): {
  readonly bucket: string;
  readonly prefix: string;
} {
  const match = /^[a-z0-9+.-]+:\/\/([^/?#]+)\/?([^?#]*)/i.exec(settings.url);
  if (match?.[1] === undefined) throw remoteSettingWrong(settings.name, 'url', 'names no bucket');
  const path = (match[2] ?? '').replaceAll(/\/+/g, '/').replace(/^\/|\/$/g, '');
  return { bucket: match[1], prefix: path === '' ? '' : `${path}/` };
}
