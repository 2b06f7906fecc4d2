/** Writes folders as MLflow's file store does, for tests that need what no client would write. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface StoredRun {
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly metrics?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly artifacts?: Readonly<Record<string, string>>;
}

/** Adds an experiment with its runs; resolves with the folder of the store. */
export function fileStore(
  store: string,
  runs: Readonly<Record<string, StoredRun>>,
  experiment: Readonly<Record<string, unknown>> = {},
): string {
  const id = typeof experiment['experiment_id'] === 'string' ? experiment['experiment_id'] : '1';
  put(
    join(store, id, 'meta.yaml'),
    yaml({ experiment_id: id, name: 'exp', lifecycle_stage: 'active', ...experiment }),
  );
  for (const [name, run] of Object.entries(runs)) {
    const folder = join(store, id, name);
    const meta = {
      ...{ run_id: name, run_name: `name of ${name}`, status: 3, lifecycle_stage: 'active' },
      ...{ start_time: 1_700_000_000_000, end_time: 1_700_000_060_000 },
      ...run.meta,
    };
    put(join(folder, 'meta.yaml'), yaml(meta));
    for (const part of ['metrics', 'params', 'tags', 'artifacts'] as const)
      for (const [key, content] of Object.entries(run[part] ?? {})) put(join(folder, part, key), content);
  }
  return store;
}

export function put(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** JSON is YAML. */
function yaml(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}
