/**
 * Finds the artifacts of a past MLflow run on this machine. They are taken from below what is imported, or from where
 * the run's address says when that is plainly a folder of this very run: an address is the source's word, and must not
 * make us copy somebody's other files.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PastFiles } from '../pastRun.ts';

export interface ArtifactPlace {
  readonly id: string;
  /** The store's folder or database. */
  readonly store: string;
  /** The run's own folder, where the store has one. */
  readonly folder?: string;
  readonly artifactUri: string | undefined;
}

export function localArtifacts(run: ArtifactPlace): { files: PastFiles[]; warning?: string } {
  const own = run.folder === undefined ? undefined : join(run.folder, 'artifacts');
  if (own !== undefined && isFolder(own)) return { files: [{ from: own, to: 'artifacts' }] };
  const uri = run.artifactUri;
  if (uri === undefined || uri === '') return { files: [] };
  const named = namedFolder(uri, dirname(run.store));
  if (named === undefined) return { files: [], warning: `its artifacts are in ${uri} and were not copied` };
  if (!isFolder(named)) return { files: [] };
  const ownName = named.endsWith(`${sep}${run.id}${sep}artifacts`);
  // With links resolved: a folder on the way may lead elsewhere.
  const below = realpathSync(named).startsWith(realpathSync(dirname(run.store)) + sep);
  return ownName && below
    ? { files: [{ from: named, to: 'artifacts' }] }
    : { files: [], warning: `its artifacts are in ${named} and were not copied` };
}

/** Undefined for what is not on this machine. `mlflow-artifacts:` is served from `mlartifacts` beside the database. */
function namedFolder(uri: string, beside: string): string | undefined {
  if (uri.startsWith('file:'))
    try {
      return resolve(fileURLToPath(uri));
    } catch {
      return undefined;
    }
  const proxied = /^mlflow-artifacts:\/(?!\/)(.*)$/.exec(uri)?.[1];
  if (proxied !== undefined) return resolve(beside, 'mlartifacts', `.${sep}${proxied}`);
  if (/^[a-z][a-z0-9+.-]+:/i.test(uri)) return undefined;
  return isAbsolute(uri) ? resolve(uri) : resolve(beside, uri);
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
