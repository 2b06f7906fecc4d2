/** What a script says it logged: the files that `scripts/truth.py` writes, one per process, merged. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { metricValueSchema } from '../../../src/runs/result.ts';

const toldRunSchema = z.object({
  /** null for a run that has no name of its own. */
  name: z.string().nullable(),
  /** Name of the run that it belongs to; null for the run of the command. */
  parent: z.string().nullable(),
  /** Key (and ` rank n`) → step and value of each point, in the order of logging. */
  metrics: z.record(z.string(), z.array(z.tuple([z.number(), metricValueSchema]))),
  params: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
  /** Path → SHA-256. */
  artifacts: z.record(z.string(), z.string()),
  media: z.array(z.looseObject({ kind: z.string(), key: z.string(), step: z.number() })),
  models: z.array(z.looseObject({ name: z.string() })),
  datasets: z.array(z.looseObject({ name: z.string() })),
  state: z.enum(['finished', 'failed', 'cancelled']),
});
export type ToldRun = z.infer<typeof toldRunSchema>;

export interface Truth {
  /** The run of the command; undefined when the script logged nothing. */
  readonly main: ToldRun | undefined;
  readonly children: readonly ToldRun[];
}

export async function readTruth(folder: string): Promise<Truth> {
  const runs = new Map<string, ToldRun>();
  for (const name of (await readdir(folder)).filter(one => one.endsWith('.json')).sort()) {
    const told = z.array(toldRunSchema).parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    for (const run of told) {
      const key = JSON.stringify([run.name, run.parent]);
      const known = runs.get(key);
      runs.set(key, known === undefined ? run : { ...known, metrics: { ...known.metrics, ...run.metrics } });
    }
  }
  const all = [...runs.values()];
  return {
    main: all.find(run => run.parent === null),
    children: all.filter(run => run.parent !== null),
  };
}
