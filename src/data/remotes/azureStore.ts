/** A remote in a container of Azure Blob Storage. Options as dvc-azure reads them. */
import type { Readable } from 'node:stream';
import { openAzureService } from './azureService.ts';
import { azureFailure, azureStatus } from './azureFailure.ts';
import { contentMd5 } from './contentMd5.ts';
import { objectNotFound } from './errors.ts';
import { loadSdk } from './loadSdk.ts';
import type { ObjectStore, RemoteSettings } from './objectStore.ts';
import { jobsOf } from './remoteOptions.ts';
import { bucketAndPrefix } from './webUrl.ts';

const mib = 1024 * 1024;
/** Larger ones go up in blocks, which are tried again one by one and become a blob at the end. */
const wholeBytes = 16 * mib;
/** A blob has at most so many blocks. */
const maxBlocks = 50_000;

export async function openAzureStore(settings: RemoteSettings): Promise<ObjectStore> {
  const sdk = await loadSdk('azure');
  const { bucket, prefix } = bucketAndPrefix(settings);
  const label = `azure://${bucket}/${prefix}`.replace(/\/$/, '');
  // Whoever reads tries again by the server's own wish. The blocks of an upload are tried again one by one by the SDK.
  const container = (await openAzureService(sdk, settings, label, 1)).getContainerClient(bucket);
  const uploads = (await openAzureService(sdk, settings, label, 4)).getContainerClient(bucket);
  const blob = (key: string): ReturnType<typeof container.getBlockBlobClient> =>
    container.getBlockBlobClient(prefix + key);
  const asked = (signal: AbortSignal | undefined): { abortSignal?: AbortSignal } =>
    signal === undefined ? {} : { abortSignal: signal };
  const told = (error: unknown, signal: AbortSignal | undefined): Error => {
    signal?.throwIfAborted();
    return azureFailure(label, bucket, error);
  };

  const read: ObjectStore['read'] = async (key, { start = 0, versionId, signal }) => {
    const source = versionId === undefined ? blob(key) : blob(key).withVersion(versionId);
    try {
      // Lines that break are mended by whoever reads: the SDK would hide how far it came.
      const answer = await source.download(start, undefined, { maxRetryRequests: 0, ...asked(signal) });
      const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.contentRange ?? '');
      const size = range === null ? answer.contentLength : Number(range[2]);
      return {
        body: answer.readableStreamBody as Readable,
        start: range === null ? 0 : Number(range[1]),
        ...(size === undefined ? {} : { size }),
      };
    } catch (error) {
      const status = azureStatus(error);
      if (status === 416 && start > 0) return read(key, signal === undefined ? {} : { signal });
      if (status === 404 && !isContainerMissing(error)) throw objectNotFound(label, key);
      throw told(error, signal);
    }
  };

  return {
    label,
    concurrency: jobsOf(settings) ?? 16,
    read,

    async size(key, signal) {
      try {
        return (await blob(key).getProperties(asked(signal))).contentLength ?? 0;
      } catch (error) {
        if (azureStatus(error) === 404 && !isContainerMissing(error)) return undefined;
        throw told(error, signal);
      }
    },

    async *list(below, signal) {
      try {
        for await (const item of container.listBlobsFlat({ prefix: prefix + below, ...asked(signal) })) {
          const size = item.properties.contentLength;
          yield { key: item.name.slice(prefix.length), ...(size === undefined ? {} : { size }) };
        }
      } catch (error) {
        throw told(error, signal);
      }
    },

    async write(key, source, { signal, onBytes }) {
      const md5 = contentMd5(key);
      let counted = 0;
      try {
        await uploads.getBlockBlobClient(prefix + key).uploadFile(source.path, {
          ...asked(signal),
          maxSingleShotSize: wholeBytes,
          blockSize: Math.max(8 * mib, Math.ceil(source.size / maxBlocks / mib) * mib),
          concurrency: 4,
          onProgress: ({ loadedBytes }) => {
            onBytes?.(loadedBytes - counted);
            counted = loadedBytes;
          },
          ...(md5 === undefined ? {} : { blobHTTPHeaders: { blobContentMD5: md5 } }),
        });
        onBytes?.(source.size - counted);
      } catch (error) {
        throw told(error, signal);
      }
    },

    async remove(keys, signal) {
      for (const key of keys) {
        try {
          await blob(key).deleteIfExists({ deleteSnapshots: 'include', ...asked(signal) });
        } catch (error) {
          throw told(error, signal);
        }
      }
    },

    close: () => Promise.resolve(),
  };
}

function isContainerMissing(error: unknown): boolean {
  return (error as { readonly code?: string }).code === 'ContainerNotFound';
}
