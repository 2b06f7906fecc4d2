/** Fetches an image, and tells how far that is to whoever waits. */
import type { ContainerApi } from '../../execution/inside/containerApi.ts';
import { sizeWords } from '../forecast/forecastWords.ts';

export interface PullTask {
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly signal: AbortSignal;
  /** Another than the engine's own. */
  readonly platform?: string | undefined;
}

/** Rejects with `engine-refused`, or when aborted. */
export async function pullTold(
  api: ContainerApi,
  ref: string,
  { onProgress, signal, platform }: PullTask,
): Promise<void> {
  const text = `Fetching the image ${ref}`;
  onProgress?.(text);
  let tenths = 0;
  await api.pull(ref, {
    ...{ signal, platform },
    onBytes(done, total) {
      const now = Math.floor((10 * done) / total);
      if (now === tenths) return;
      tenths = now;
      onProgress?.(`${text}: ${sizeWords(done)} of ${sizeWords(total)}`);
    },
  });
}
