/** What a container uses at one moment, in the numbers of its control group. */
import type { EngineConnection } from './engineConnection.ts';
import { statsSchema } from './shapes.ts';

export interface ContainerStats {
  /** Nanoseconds of processor time since the container began. */
  readonly cpu: number;
  /** Of the whole machine, in the same unit; absent on Podman before 5. */
  readonly systemCpu?: number;
  readonly processors?: number;
  /** Bytes, without the page cache. */
  readonly memory: number;
  /** Bytes; of the machine where there is no limit. */
  readonly memoryLimit?: number;
  readonly processes?: number;
}

export async function containerStats(
  connection: EngineConnection,
  container: string,
  signal: AbortSignal | undefined,
): Promise<ContainerStats> {
  const doing = `measure the container ${container}`;
  // Without `one-shot` the engine waits a second or two for a second sample.
  const found = await connection.ask(doing, statsSchema, signal, docker =>
    docker.getContainer(container).stats({
      stream: false,
      'one-shot': true,
      ...(signal === undefined ? {} : { abortSignal: signal }),
    }),
  );
  const { cpu_stats: cpu, memory_stats: memory, pids_stats: pids } = found;
  // Control groups of version 2 and of version 1 name the part that is page cache differently.
  const cached =
    numberOf(memory.stats?.['inactive_file']) ?? numberOf(memory.stats?.['total_inactive_file']) ?? 0;
  return {
    cpu: cpu.cpu_usage?.total_usage ?? 0,
    memory: Math.max(0, (memory.usage ?? 0) - cached),
    ...optional('systemCpu', cpu.system_cpu_usage),
    ...optional('processors', cpu.online_cpus),
    ...optional('memoryLimit', memory.limit),
    ...optional('processes', pids?.current),
  };
}

function optional<Name extends string>(
  name: Name,
  value: number | null | undefined,
): Partial<Record<Name, number>> {
  return value === null || value === undefined || value === 0
    ? {}
    : ({ [name]: value } as Record<Name, number>);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
