/** Where this machine's own apt gets its system from: what a base image for tests is made from. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface AptSource {
  readonly uri: string;
  readonly suite: string;
}

/**
 * The packages of apt sources, in both of apt's formats (sources.list(5): one line each, or deb822 stanzas).
 * Sources of source packages, disabled ones and those that are no address (`cdrom:`) are left out.
 */
export function parseAptSources(text: string, format: 'list' | 'deb822'): AptSource[] {
  const found =
    format === 'list' ? text.split('\n').flatMap(parseLine) : text.split(/\n\s*\n/).flatMap(parseStanza);
  return found.filter(({ uri }) => /^https?:\/\/\S+$/.test(uri));
}

/** The address that serves `suite` (`bookworm`), read from apt's own files below `root`. */
export function aptMirror(suite: string, root = '/'): string | undefined {
  const folder = join(root, 'etc', 'apt');
  const parts = join(folder, 'sources.list.d');
  const paths = [join(folder, 'sources.list'), ...list(parts).map(name => join(parts, name))];
  return paths
    .flatMap(path => {
      if (path.endsWith('.list')) return parseAptSources(read(path), 'list');
      return path.endsWith('.sources') ? parseAptSources(read(path), 'deb822') : [];
    })
    .find(source => source.suite === suite)?.uri;
}

function parseLine(line: string): AptSource[] {
  const found = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line);
  return found?.[1] === undefined || found[2] === undefined ? [] : [{ uri: found[1], suite: found[2] }];
}

function parseStanza(stanza: string): AptSource[] {
  const fields = new Map<string, string>();
  let name: string | undefined;
  for (const line of stanza.split('\n')) {
    if (line.startsWith('#')) continue;
    const start = /^([\w-]+):(.*)$/.exec(line);
    if (start !== null) name = start[1]?.toLowerCase();
    if (name === undefined) continue;
    const value = start === null ? line : (start[2] ?? '');
    fields.set(name, `${start === null ? (fields.get(name) ?? '') : ''} ${value}`);
  }
  const words = (field: string): string[] =>
    (fields.get(field) ?? '').split(/\s+/).filter(word => word !== '');
  if (!words('types').includes('deb') || words('enabled')[0] === 'no') return [];
  return words('uris').flatMap(uri => words('suites').map(suite => ({ uri, suite })));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
