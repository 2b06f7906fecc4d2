/** What conda, mamba, micromamba and pixi leave in an environment: one file a package in `conda-meta`. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { stripCredentials } from '../../base/secretText.ts';
import type { Package } from '../../runs/captured.ts';
import { normalName } from './packageNames.ts';

const recordSchema = z.looseObject({
  name: z.string().min(1),
  version: z.string(),
  build: z.string().optional(),
  build_string: z.string().optional(),
  channel: z.string().optional(),
  url: z.string().optional(),
  md5: z.string().optional(),
  sha256: z.string().optional(),
});

/** Sorted by name; empty where `prefix` is no conda environment. A record that cannot be read is left out. */
export async function listCondaPackages(prefix: string): Promise<Package[]> {
  const folder = join(prefix, 'conda-meta');
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names
      .filter(name => name.endsWith('.json'))
      .map(name => readFile(join(folder, name), 'utf8').then(parseCondaRecord, () => undefined)),
  );
  return found.filter(one => one !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function parseCondaRecord(text: string): Package | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = recordSchema.safeParse(content);
  if (!parsed.success) return undefined;
  const { name, version, url, channel, md5, sha256 } = parsed.data;
  const build = parsed.data.build ?? parsed.data.build_string;
  const hashes = [
    ...(sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? [`sha256:${sha256}`] : []),
    ...(md5 !== undefined && /^[0-9a-f]{32}$/.test(md5) ? [`md5:${md5}`] : []),
  ];
  return {
    name,
    version,
    installer: 'conda',
    ...(build === undefined ? {} : { build }),
    ...(channel === undefined ? {} : { channel: stripCredentials(channel) }),
    ...(url === undefined ? {} : { url: stripCredentials(url) }),
    ...(hashes.length === 0 ? {} : { hashes }),
  };
}

/** The conda packages and, besides them, what else was installed. */
export function mergeConda(packages: readonly Package[], conda: readonly Package[]): Package[] {
  if (conda.length === 0) return [...packages];
  const known = new Map(conda.map(one => [normalName(one.name), one]));
  // pip may have put another version over conda's: then pip's files are those that are imported.
  const others = packages.filter(one => {
    const same = known.get(normalName(one.name));
    if (same === undefined) return true;
    if (one.installer === 'conda') return false;
    known.delete(normalName(one.name));
    return true;
  });
  return [...others, ...known.values()].sort((a, b) => (normalName(a.name) < normalName(b.name) ? -1 : 1));
}
