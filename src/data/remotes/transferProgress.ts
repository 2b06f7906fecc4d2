/** Counts what a transfer has done and tells it at most ten times a second, the last time always. */
import type { DataProgress, DataTask } from '../dataProgress.ts';

const everyMs = 100;

export class TransferProgress {
  bytes = 0;
  #files = 0;
  #told = 0;
  readonly #task: DataTask;
  readonly #totals: Pick<DataProgress, 'phase' | 'totalFiles' | 'totalBytes'>;

  constructor(task: DataTask, totals: Pick<DataProgress, 'phase' | 'totalFiles' | 'totalBytes'>) {
    this.#task = task;
    this.#totals = totals;
  }

  addBytes(count: number): void {
    this.bytes += count;
    this.#tell(undefined);
  }

  addFile(object: string): void {
    this.#files += 1;
    this.#tell(object);
  }

  end(): void {
    this.#told = 0;
    this.#tell(undefined);
  }

  #tell(object: string | undefined): void {
    const now = performance.now();
    if (now - this.#told < everyMs) return;
    this.#told = now;
    this.#task.onProgress?.({
      ...this.#totals,
      doneFiles: this.#files,
      doneBytes: this.bytes,
      ...(object === undefined ? {} : { path: object }),
    });
  }
}
