/**
 * Hashes of archives from the lock files that a project has already: uv.lock, poetry.lock, pdm.lock, pylock.toml,
 * pixi.lock and requirements files with hashes. They are written by programs, so they are read line by line; what is
 * not understood gives no hash, never a wrong one.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hashKey } from './lockPython.ts';

const tomlLocks = new Set(['uv.lock', 'poetry.lock', 'pdm.lock', 'pylock.toml']);
const maxBytes = 32 * 1024 * 1024;

/** @param root Folder of the project. Files in folders below are not looked at. Never rejects. */
export async function readProjectHashes(root: string): Promise<Map<string, string[]>> {
  const known = new Map<string, string[]>();
  for (const name of (await readdir(root).catch(() => [])).sort()) {
    const parse = parserOf(name);
    if (parse === undefined) continue;
    const text = await readSmall(join(root, name));
    for (const [key, hashes] of text === undefined ? [] : parse(text))
      known.set(key, [...new Set([...(known.get(key) ?? []), ...hashes])]);
  }
  return known;
}

function parserOf(name: string): ((text: string) => Map<string, string[]>) | undefined {
  if (tomlLocks.has(name) || /^pylock\.[^.]+\.toml$/.test(name)) return parseTomlLock;
  if (name === 'pixi.lock') return parsePixiLock;
  if (/^(?:requirements|constraints)[\w.-]*\.(?:txt|lock)$/.test(name)) return parseRequirementHashes;
  return undefined;
}

async function readSmall(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() && found.size <= maxBytes ? await readFile(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** `[[package]]` blocks (pylock: `[[packages]]`) with a name, a version and files with `sha256` hashes. */
export function parseTomlLock(text: string): Map<string, string[]> {
  const known = new Map<string, string[]>();
  const files = new Map<string, string[]>();
  for (const block of text.split(/^\[\[packages?\]\][ \t]*\r?$/m).slice(1)) {
    // poetry 1.0 and 1.1 kept the files of all packages in one table at the end.
    const [own = '', table] = block.split(/^\[metadata\.files\][ \t]*\r?$/m);
    if (table !== undefined) readOldFiles(table, files);
    const name = /^name[ \t]*=[ \t]*"([^"\r\n]+)"/m.exec(own)?.[1];
    const version = /^version[ \t]*=[ \t]*"([^"\r\n]+)"/m.exec(own)?.[1];
    if (name === undefined || version === undefined) continue;
    known.set(hashKey(name, version), sha256sIn(own));
  }
  for (const [key, hashes] of known) {
    const [name = ''] = key.split('==');
    if (hashes.length === 0) known.set(key, files.get(name) ?? []);
  }
  return new Map([...known].filter(([, hashes]) => hashes.length > 0));
}

function readOldFiles(table: string, files: Map<string, string[]>): void {
  let name: string | undefined;
  for (const line of table.split('\n')) {
    if (line.startsWith('[')) return;
    const [, begun] = /^"?([A-Za-z0-9._-]+)"?[ \t]*=[ \t]*\[/.exec(line) ?? [];
    if (begun !== undefined) name = hashKey(begun, '').slice(0, -2);
    if (name !== undefined) files.set(name, [...(files.get(name) ?? []), ...sha256sIn(line)]);
  }
}

function sha256sIn(text: string): string[] {
  const found = text.matchAll(/(?:\bhash[ \t]*=[ \t]*"sha256:|\bsha256[ \t]*=[ \t]*")([0-9a-f]{64})"/g);
  return [...new Set([...found].map(([, hex]) => `sha256:${hex ?? ''}`))];
}

/** `name==version` with `--hash=sha256:…`, lines continued by a backslash. */
export function parseRequirementHashes(text: string): Map<string, string[]> {
  const known = new Map<string, string[]>();
  for (const line of text.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const [, name, version] =
      /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?[ \t]*===?[ \t]*([^\s;#,]+)/.exec(line) ?? [];
    if (name === undefined || version === undefined) continue;
    const hashes = [...line.matchAll(/--hash[= ]sha256:([0-9a-f]{64})\b/g)].map(
      ([, hex]) => `sha256:${hex ?? ''}`,
    );
    if (hashes.length > 0) known.set(hashKey(name, version), [...new Set(hashes)]);
  }
  return known;
}

/** The `pypi` entries; conda's own are known from the environment itself. */
export function parsePixiLock(text: string): Map<string, string[]> {
  const known = new Map<string, string[]>();
  for (const block of text.split(/^- (?=pypi:|kind: pypi)/m).slice(1)) {
    const [own = ''] = block.split(/^- /m);
    const value = (key: string): string | undefined =>
      new RegExp(`^[ ]+${key}:[ ]*'?"?([^\\s'"]+)`, 'm').exec(own)?.[1];
    const [name, version, sha256] = [value('name'), value('version'), value('sha256')];
    if (name === undefined || version === undefined || sha256 === undefined) continue;
    if (!/^[0-9a-f]{64}$/.test(sha256)) continue;
    const key = hashKey(name, version);
    known.set(key, [...new Set([...(known.get(key) ?? []), `sha256:${sha256}`])]);
  }
  return known;
}
