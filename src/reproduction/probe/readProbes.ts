/** The determinism probes of a run. Invariant: one that cannot be read costs itself, not the others. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { broughtSchema } from '../../runs/brought.ts';
import { determinismProbeSchema } from '../../runs/determinismProbe.ts';
import type { DeterminismProbe } from '../../runs/determinismProbe.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import type { Machine } from './machineOf.ts';
import { sameMachine } from './machineOf.ts';

export interface RecordedProbe {
  readonly id: string;
  readonly probe: DeterminismProbe;
  /** Somebody else brought it: it says nothing for sure. */
  readonly brought?: true;
}

/** Oldest first; none where the run was never probed. */
export async function readProbes(runDir: string): Promise<RecordedProbe[]> {
  const { probes: folder, brought } = runPathsIn(runDir);
  const known = broughtSchema.safeParse(valueOf(await readFile(brought, 'utf8').catch(() => '')));
  const statements = known.data?.statements ?? {};
  const names = (await readdir(folder).catch(() => [])).filter(name => name.endsWith('.json')).sort();
  const read = await Promise.all(
    names.map(async name => {
      const text = await readFile(join(folder, name), 'utf8').catch(() => '');
      const probe = determinismProbeSchema.safeParse(valueOf(text));
      if (!probe.success) return undefined;
      const theirs = Object.hasOwn(statements, `probes/${name}`) ? { brought: true as const } : {};
      return { id: name.slice(0, -'.json'.length), probe: probe.data, ...theirs };
    }),
  );
  return read.filter(one => one !== undefined);
}

/** Those that tell of the noise of this machine. */
export function probesOf(machine: Machine, probes: readonly RecordedProbe[]): RecordedProbe[] {
  return probes.filter(
    ({ brought, probe: { host, machine: on } }) =>
      brought === undefined && sameMachine(machine, { host, cpuModel: on?.cpuModel, gpus: on?.gpus ?? [] }),
  );
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
