/**
 * Hashes of archives from the lock files that a project has already: uv.lock, poetry.lock, pdm.lock, pylock.toml,
 * pixi.lock and requirements files with hashes. What is not understood gives no hash, never a wrong one.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { hashKey } from './lockPython.ts';
import { normalName } from './packageNames.ts';

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

const fileSchema = z.looseObject({
  hash: z.string().optional(),
  hashes: z.record(z.string(), z.string()).optional(),
});
const tomlPackageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  sdist: fileSchema.optional(),
  archive: fileSchema.optional(),
  wheels: z.array(fileSchema).optional(),
  files: z.array(fileSchema).optional(),
});
const tomlLockSchema = z.looseObject({
  /** uv, poetry, pdm. */
  package: z.array(z.unknown()).default([]),
  /** pylock. */
  packages: z.array(z.unknown()).default([]),
  /** poetry 1.0 and 1.1 kept the files of all packages in one table. */
  metadata: z.looseObject({ files: z.record(z.string(), z.array(fileSchema)).optional() }).optional(),
});

export function parseTomlLock(text: string): Map<string, string[]> {
  const parsed = tomlLockSchema.safeParse(orUndefined(() => parseToml(text)));
  const known = new Map<string, string[]>();
  if (!parsed.success) return known;
  const old = new Map(
    Object.entries(parsed.data.metadata?.files ?? {}).map(([name, files]) => [normalName(name), files]),
  );
  for (const one of [...parsed.data.package, ...parsed.data.packages]) {
    const { success, data } = tomlPackageSchema.safeParse(one);
    if (!success) continue;
    const { name, version, sdist, archive, wheels = [], files = old.get(normalName(name)) ?? [] } = data;
    const hashes = [sdist, archive, ...wheels, ...files].flatMap(sha256Of);
    if (hashes.length > 0) known.set(hashKey(name, version), [...new Set(hashes)]);
  }
  return known;
}

function sha256Of(file: z.infer<typeof fileSchema> | undefined): string[] {
  const { sha256 } = file?.hashes ?? {};
  const digest = sha256 === undefined ? file?.hash : `sha256:${sha256}`;
  return digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest) ? [digest] : [];
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

const pixiPackageSchema = z.looseObject({
  name: z.string(),
  version: z.union([z.string(), z.number()]).transform(String),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const pixiLockSchema = z.looseObject({ packages: z.array(z.looseObject({})) });

/** The `pypi` entries; conda's own are known from the environment itself. */
export function parsePixiLock(text: string): Map<string, string[]> {
  const known = new Map<string, string[]>();
  const parsed = pixiLockSchema.safeParse(orUndefined((): unknown => parseYaml(text, { logLevel: 'error' })));
  for (const one of parsed.data?.packages ?? []) {
    const { data } = pixiPackageSchema.safeParse(one);
    if (data === undefined || (one['pypi'] === undefined && one['kind'] !== 'pypi')) continue;
    const key = hashKey(data.name, data.version);
    known.set(key, [...new Set([...(known.get(key) ?? []), `sha256:${data.sha256}`])]);
  }
  return known;
}

function orUndefined<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
