/**
 * What the GPUs of this machine do while a run goes on, by two long-lived nvidia-smi: one process started costs more than
 * one that goes on telling. Without NVIDIA's tool it tells nothing. They end by themselves when nobody reads them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface GpuWatchOptions {
  readonly everyMs: number;
  /** The environment in which nvidia-smi is looked for. */
  readonly environment: NodeJS.ProcessEnv;
}

interface ProcessUse {
  readonly bytes: number;
  /** `performance.now()` of when it was told. */
  readonly at: number;
}

const mebibyte = 1024 * 1024;

export class GpuWatch {
  readonly #options: GpuWatchOptions;
  /** Of whole GPUs, by the name of the metric. */
  readonly #whole = new Map<string, number>();
  /** UUID → index. */
  readonly #indexes = new Map<string, number>();
  /** `<uuid> <pid>` → what a process has on a GPU. */
  readonly #uses = new Map<string, ProcessUse>();
  readonly #children: ChildProcess[] = [];

  constructor(options: GpuWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#watch('--query-gpu=index,uuid,utilization.gpu,memory.used', line => this.#onGpu(line));
    this.#watch('--query-compute-apps=gpu_uuid,pid,used_gpu_memory', line => this.#onProcess(line));
  }

  stop(): void {
    for (const child of this.#children) child.kill();
  }

  /**
   * Per GPU `gpu.<n>.percent` and `gpu.<n>.memory.bytes` of the whole GPU, and `gpu.<n>.run.memory.bytes` of the
   * processes named.
   */
  values(pids: ReadonlySet<number>): Record<string, number> {
    const values = Object.fromEntries(this.#whole);
    // A process that is told no more has ended, or has let the GPU go.
    const since = performance.now() - 3 * this.#options.everyMs;
    for (const [key, { bytes, at }] of this.#uses) {
      if (at < since) {
        this.#uses.delete(key);
        continue;
      }
      const [uuid = '', pid = ''] = key.split(' ');
      const index = this.#indexes.get(uuid);
      if (index === undefined || !pids.has(Number(pid))) continue;
      const name = `gpu.${index}.run.memory.bytes`;
      values[name] = (values[name] ?? 0) + bytes;
    }
    return values;
  }

  #watch(query: string, onLine: (line: string) => void): void {
    const child = spawn(
      'nvidia-smi',
      [query, '--format=csv,noheader,nounits', `--loop-ms=${this.#options.everyMs}`],
      { stdio: ['ignore', 'pipe', 'ignore'], env: this.#options.environment, windowsHide: true },
    );
    child.on('error', () => undefined);
    child.unref();
    this.#children.push(child);
    createInterface({ input: child.stdout }).on('line', onLine);
  }

  #onGpu(line: string): void {
    const [indexText, uuid = '', percent, mebibytes] = line.split(',').map(field => field.trim());
    const index = Number(indexText);
    if (indexText === '' || !Number.isInteger(index)) return;
    this.#indexes.set(uuid, index);
    // A field the driver does not know reads "[N/A]".
    if (isNumber(percent)) this.#whole.set(`gpu.${index}.percent`, Number(percent));
    if (isNumber(mebibytes)) this.#whole.set(`gpu.${index}.memory.bytes`, Number(mebibytes) * mebibyte);
  }

  #onProcess(line: string): void {
    const [uuid = '', pid, mebibytes] = line.split(',').map(field => field.trim());
    if (!isNumber(pid) || !isNumber(mebibytes)) return;
    this.#uses.set(`${uuid} ${pid}`, { bytes: Number(mebibytes) * mebibyte, at: performance.now() });
  }
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && text !== '' && Number.isFinite(Number(text));
}
