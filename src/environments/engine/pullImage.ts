/** Fetches an image. An engine answers 200 before it knows whether it can, and tells a failure as one of the events. */
import { LockstepError } from '../../base/lockstepError.ts';
import type { EngineConnection } from './engineConnection.ts';
import { engineConnectionLost, engineRefused } from './errors.ts';
import { engineStream } from './engineStream.ts';
import { jsonLines } from './jsonLines.ts';
import { progressSchema } from './shapes.ts';

export interface PullProgress {
  /** `Downloading`, `Extracting`, `Pull complete`. */
  readonly status: string;
  /** Of the layer; empty for what concerns the whole. */
  readonly layer: string;
  /** Bytes; Podman tells none. */
  readonly current?: number;
  readonly total?: number;
}

/** @param image `repository:tag` or `repository@sha256:…`. */
export async function pullImage(
  connection: EngineConnection,
  image: string,
  {
    onProgress,
    signal,
  }: { readonly onProgress?: (progress: PullProgress) => void; readonly signal?: AbortSignal },
): Promise<void> {
  const doing = `pull the image ${image}`;
  // Without a tag the engine would fetch every tag there is.
  const named = /@|:[^/]+$/.test(image) ? image : `${image}:latest`;
  const stream = await connection.tell(doing, signal, docker =>
    engineStream(docker.pull(named, { ...(signal === undefined ? {} : { abortSignal: signal }) })),
  );
  try {
    for await (const value of jsonLines(stream)) {
      const parsed = progressSchema.safeParse(value);
      if (!parsed.success) continue;
      const { status, id, progressDetail, error, errorDetail } = parsed.data;
      const failure = error ?? errorDetail?.message;
      if (failure !== undefined) throw engineRefused(doing, undefined, failure);
      onProgress?.({
        status,
        layer: id,
        ...(typeof progressDetail?.current === 'number' ? { current: progressDetail.current } : {}),
        ...(typeof progressDetail?.total === 'number' ? { total: progressDetail.total } : {}),
      });
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof LockstepError ? error : engineConnectionLost(doing, error);
  } finally {
    stream.destroy();
  }
}
