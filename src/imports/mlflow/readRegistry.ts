/** The model registry of MLflow's file store: `models/<name>/version-<n>/meta.yaml` beside the experiments. */
import { join } from 'node:path';
import * as z from 'zod';
import { entriesOf } from '../smallFiles.ts';
import type { RegisteredVersion } from './mlflowFacts.ts';
import { readMeta } from './readMeta.ts';

const versionSchema = z.looseObject({
  name: z.string(),
  version: z.union([z.string(), z.number()]).transform(String),
  run_id: z.string().nullish(),
  source: z.string().nullish(),
});

/** Run id → versions, in the order of their numbers. */
export function readRegistry(store: string): Map<string, RegisteredVersion[]> {
  const byRun = new Map<string, RegisteredVersion[]>();
  for (const model of entriesOf(join(store, 'models'))) {
    const folder = join(store, 'models', model.name);
    const versions = entriesOf(folder).flatMap(entry => {
      const meta = /^version-\d+$/.test(entry.name)
        ? readMeta(join(folder, entry.name, 'meta.yaml'), versionSchema)
        : undefined;
      return meta === undefined || typeof meta === 'string' ? [] : [meta];
    });
    for (const { name, version, run_id: run, source } of versions.sort(
      (a, b) => Number(a.version) - Number(b.version),
    )) {
      if (run === undefined || run === null) continue;
      const told = { name, version, source: source ?? '' };
      const others = byRun.get(run);
      if (others === undefined) byRun.set(run, [told]);
      else others.push(told);
    }
  }
  return byRun;
}
