/** Finds and imports past runs of other tools. Reads files and runs nothing, so it works in an untrusted workspace. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { detectImportKind } from '../../imports/detectImportKind.ts';
import { importKindUnknown } from '../../imports/errors.ts';
import { importRuns } from '../../imports/importRuns.ts';
import type { EngineHandlers } from './engineRequests.ts';
import type { FoundImport } from './importRequests.ts';
import type { Stores } from './stores.ts';

/** Where the tools write when nobody tells them otherwise. */
const usualPlaces: ReadonlySet<string> = new Set([
  ...['mlruns', 'mlflow.db', 'runs', 'logs', 'lightning_logs', 'tb_logs', 'dvclive', 'wandb'],
]);

const tellEveryMs = 100;

export function importHandlers(stores: Stores) {
  return {
    findImports: async ({ folder }) => {
      const names = await readdir(folder).catch(() => []);
      const found = await Promise.all(
        names
          .filter(name => usualPlaces.has(name))
          .map(async (name): Promise<FoundImport[]> => {
            const path = join(folder, name);
            // A dead link under one of the names hides nothing else.
            const kind = await detectImportKind(path).catch(() => undefined);
            return kind === undefined ? [] : [{ path, kind }];
          }),
      );
      return found.flat();
    },
    importRuns: async ({ path, root, store, toolVersion }, signal, report) => {
      const kind = await detectImportKind(path);
      if (kind === undefined) throw importKindUnknown(path);
      let told = 0;
      try {
        const imported = await importRuns({
          ...{ kind, path, project: { root, store }, toolVersion, signal },
          onProgress: ({ done, total }) => {
            if (performance.now() - told < tellEveryMs) return;
            told = performance.now();
            report({ done, total });
          },
        });
        return { ...imported, kind };
      } finally {
        // An import may make the store itself: there is more to see than the records that were announced.
        stores.table(store).forget();
      }
    },
  } satisfies Partial<EngineHandlers>;
}
