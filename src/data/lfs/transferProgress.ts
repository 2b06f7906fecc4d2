/** Tells how far a transfer of objects is: at most ten times a second, the last one always. */
import type { DataProgress, DataTask } from '../dataProgress.ts';

export class TransferProgress {
  readonly #phase: DataProgress['phase'];
  readonly #task: DataTask;
  readonly #totalFiles: number;
  readonly #totalBytes: number;
  #doneFiles = 0;
  #doneBytes = 0;
  #toldAt = 0;

  constructor(phase: DataProgress['phase'], objects: readonly { readonly size: number }[], task: DataTask) {
    this.#phase = phase;
    this.#task = task;
    this.#totalFiles = objects.length;
    this.#totalBytes = objects.reduce((sum, object) => sum + object.size, 0);
  }

  readonly onBytes = (count: number): void => {
    this.#doneBytes += count;
    this.#tell(false);
  };

  fileDone(): void {
    this.#doneFiles++;
    this.#tell(false);
  }

  end(): void {
    this.#tell(true);
  }

  #tell(always: boolean): void {
    const now = performance.now();
    if (!always && now - this.#toldAt < 100) return;
    this.#toldAt = now;
    this.#task.onProgress?.({
      ...{ phase: this.#phase, doneFiles: this.#doneFiles, totalFiles: this.#totalFiles },
      ...{ doneBytes: this.#doneBytes, totalBytes: this.#totalBytes },
    });
  }
}
