/** Tells what a path holds, so that people need not say it. Reads a few names and headers, never the data. */
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { importPathMissing } from './errors.ts';
import type { ImportKind } from './importKind.ts';

/** Folders this far below the path are looked into. */
const deepest = 4;
const mostFolders = 2_000;

/** Undefined when it is nothing that can be imported. Throws `import-path-unreadable`. */
export async function detectImportKind(path: string): Promise<ImportKind | undefined> {
  const stats = await stat(path).catch((error: unknown) => {
    throw importPathMissing(path, error);
  });
  if (!stats.isDirectory()) return kindOfFile(path);
  const names = new Set(await namesIn(path));
  if (names.has('mlflow.db') && (await kindOfFile(join(path, 'mlflow.db'))) === 'mlflow.db')
    return 'mlflow.db';
  for (const name of names) if (await holdsExperiment(join(path, name))) return 'mlruns';
  if (names.has('metrics.json') && (names.has('plots') || names.has('params.yaml'))) return 'dvclive';
  if (names.has('plots') && (await isFolder(join(path, 'plots', 'metrics')))) return 'dvclive';
  return kindBelow(path);
}

async function kindOfFile(path: string): Promise<ImportKind | undefined> {
  const name = basename(path);
  if (name.endsWith('.wandb')) return 'wandb';
  if (name.includes('tfevents')) return 'tensorboard';
  return (await headOf(path)).startsWith('SQLite format 3\0') ? 'mlflow.db' : undefined;
}

/** An experiment of MLflow's file store: `<id>/meta.yaml` that names it. */
async function holdsExperiment(folder: string): Promise<boolean> {
  return /^(?:artifact_location|experiment_id):/m.test(await headOf(join(folder, 'meta.yaml')));
}

/** Event files and `.wandb` files, which lie in folders of runs. Breadth first, so that the nearest decides. */
async function kindBelow(path: string): Promise<ImportKind | undefined> {
  let level = [path];
  let looked = 0;
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      if (++looked > mostFolders) return undefined;
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        if (entry.isDirectory()) next.push(join(folder, entry.name));
        else if (entry.name.endsWith('.wandb')) return 'wandb';
        else if (entry.name.includes('tfevents')) return 'tensorboard';
      }
    }
    level = next;
  }
  return undefined;
}

async function headOf(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    stats => stats.isDirectory(),
    () => false,
  );
}
