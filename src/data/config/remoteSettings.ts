/** The remotes of a configuration, `remote://base/sub` replaced by what it builds on. Source: dvc `fs/__init__.py`. */
import type { RemoteSettings } from '../remotes/objectStore.ts';
import { remoteReferenceUnknown } from './errors.ts';
import type { ConfigOptions } from './loadConfig.ts';

/** Remotes without a url are left out: DVC calls them invalid, and nothing can be done with them. Throws `data-config-invalid`. */
export function remoteSettings(remotes: ReadonlyMap<string, ConfigOptions>): RemoteSettings[] {
  const settings: RemoteSettings[] = [];
  for (const name of remotes.keys()) {
    const options = withBase(name, remotes, []);
    const url = options?.get('url');
    if (options === undefined || typeof url !== 'string' || url === '') continue;
    const others = [...options].filter(([option]) => option !== 'url');
    settings.push({ name, url, options: Object.fromEntries(others) });
  }
  return settings;
}

function withBase(
  name: string,
  remotes: ReadonlyMap<string, ConfigOptions>,
  trail: readonly string[],
): ConfigOptions | undefined {
  const own = remotes.get(name);
  const url = own?.get('url');
  const reference = typeof url === 'string' ? /^remote:\/\/([^/?#]*)(.*)$/s.exec(url) : null;
  if (own === undefined || reference === null) return own;
  const wanted = (reference[1] ?? '').toLowerCase();
  const base = trail.includes(wanted) ? undefined : withBase(wanted, remotes, [...trail, name]);
  const baseUrl = base?.get('url');
  if (base === undefined || typeof baseUrl !== 'string') throw remoteReferenceUnknown(name, wanted);
  const below = (reference[2] ?? '').replace(/^\/+/, '');
  return new Map([...base, ...own, ['url', `${baseUrl}/${below}`]]);
}
