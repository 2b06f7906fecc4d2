/**
 * The files that a run logged as artifacts, and those of its models: a listing of what lies in the run folder. Links are
 * told and never followed, so that nothing outside the run is shown as part of it.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunPaths } from './runPaths.ts';

export interface Artifact {
  /** Relative to the run folder, forward slashes: `artifacts/model/weights.pt`. */
  readonly path: string;
  readonly kind: 'file' | 'link';
  /** Bytes. */
  readonly size: number;
}

export interface ArtifactList {
  /** By path, each folder's files together. */
  readonly artifacts: readonly Artifact[];
  /** There are more than were asked for. */
  readonly more: boolean;
}

/** Missing folders are empty; what cannot be read is left out. */
export async function listArtifacts(
  paths: RunPaths,
  { limit = 10_000, signal }: { limit?: number; signal?: AbortSignal } = {},
): Promise<ArtifactList> {
  const artifacts: Artifact[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(join(paths.dir, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (artifacts.length > limit) return;
      signal?.throwIfAborted();
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile() || entry.isSymbolicLink()) {
        const stats = await lstat(join(paths.dir, path)).catch(() => undefined);
        if (stats !== undefined)
          artifacts.push({ path, kind: entry.isFile() ? 'file' : 'link', size: stats.size });
      }
    }
  };
  for (const folder of ['artifacts', 'models']) {
    const stats = await lstat(join(paths.dir, folder)).catch(() => undefined);
    if (stats?.isSymbolicLink() === true) artifacts.push({ path: folder, kind: 'link', size: stats.size });
    else await walk(folder);
  }
  return { artifacts: artifacts.slice(0, limit), more: artifacts.length > limit };
}
