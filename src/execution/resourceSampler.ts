/** Measures CPU, memory and GPU use of a run's process tree every few seconds, and slows itself down where that costs. */
import { findProcessTree } from '../base/processTree.ts';
import type { TreeProcess, TreeRoot } from '../base/processTree.ts';
import { GpuWatch } from './gpuWatch.ts';

export interface ResourceSample {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `cpu.percent` (100 = one core), `memory.bytes` (resident, shared pages counted in each process), `processes`, and
   * per GPU `gpu.<n>.percent`, `gpu.<n>.memory.bytes` (of the whole GPU) and `gpu.<n>.run.memory.bytes` (of this run). */
  readonly values: Readonly<Record<string, number>>;
}

export interface ResourceSamplerOptions {
  readonly tree: () => TreeRoot;
  readonly everyMs: number;
  /** With each look at the processes, whose cost its own is counted with. */
  readonly onMembers?: (pids: readonly number[]) => Promise<void> | undefined;
  readonly onSample: (sample: ResourceSample) => void;
  /** The environment in which nvidia-smi is looked for. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Clock ticks a second, the same on every Linux this runs on. */
const ticksPerSecond = 100;
const pageBytes = 4096;
/** A sample may take this share of the time between two. */
const greatestShare = 0.005;

export class ResourceSampler {
  readonly #options: ResourceSamplerOptions;
  readonly #gpus: GpuWatch;
  #timer: NodeJS.Timeout | undefined;
  #previous: { time: number; ticks: ReadonlyMap<string, number> } | undefined;
  #stopped = false;
  /** Processes found at the last look, to find them again when they hide. */
  #members: readonly TreeProcess[] = [];

  constructor(options: ResourceSamplerOptions) {
    this.#options = options;
    this.#gpus = new GpuWatch(options);
  }

  get members(): readonly TreeProcess[] {
    return this.#members;
  }

  start(): void {
    this.#gpus.start();
    this.#schedule(Math.min(1_000, this.#options.everyMs));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#gpus.stop();
  }

  #schedule(ms: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      void this.#sample().then(
        cost => this.#schedule(Math.max(this.#options.everyMs, cost / greatestShare)),
        () => this.#schedule(this.#options.everyMs),
      );
    }, ms);
  }

  async #sample(): Promise<number> {
    const begin = performance.now();
    this.#members = await findProcessTree(this.#options.tree());
    const ticks = new Map<string, number>();
    let used = 0;
    let memory = 0;
    for (const { pid, startTime, stat } of this.#members) {
      if (stat === undefined) continue;
      const key = `${pid} ${startTime ?? ''}`;
      ticks.set(key, stat.cpuTicks);
      used += stat.cpuTicks - (this.#previous?.ticks.get(key) ?? 0);
      memory += stat.residentPages * pageBytes;
    }
    const time = performance.now();
    const seconds = this.#previous === undefined ? undefined : (time - this.#previous.time) / 1000;
    this.#previous = { time, ticks };
    const pids = this.#members.map(({ pid }) => pid);
    await this.#options.onMembers?.(pids);
    if (this.#stopped || pids.length === 0) return performance.now() - begin;
    this.#options.onSample({
      time: Date.now(),
      values: {
        ...(seconds === undefined ? {} : { 'cpu.percent': ((used / ticksPerSecond) * 100) / seconds }),
        'memory.bytes': memory,
        processes: pids.length,
        ...this.#gpus.values(new Set(pids)),
      },
    });
    return performance.now() - begin;
  }
}
