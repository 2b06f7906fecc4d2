/** What the newest determinism probe of a run on this machine says of equal bits. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { determinismProbeSchema } from '../../runs/determinismProbe.ts';
import type { ForecastLimit } from '../../runs/forecast.ts';
import { runPathsIn } from '../../runs/runPaths.ts';

/** Undefined where none was made here, or where it found both executions equal. Never rejects. */
export async function noisyProbe(runFolder: string, host: string): Promise<ForecastLimit | undefined> {
  const folder = runPathsIn(runFolder).probes;
  const names = (await readdir(folder).catch(() => [])).filter(name => name.endsWith('.json')).sort();
  for (const name of names.toReversed()) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    const probe = determinismProbeSchema.safeParse(parsed(text)).data;
    if (probe?.host !== host) continue;
    if (probe.identical) return undefined;
    return {
      ...{ ingredient: 'determinism', closeness: 'numerically-close' },
      text: `A determinism probe on this machine found two executions that differ: ${probe.sentence}`,
    };
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
