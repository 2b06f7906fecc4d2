/** A remote in a bucket of S3 or of anything that speaks its protocol. Options as dvc-s3 reads them. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { contentMd5 } from './contentMd5.ts';
import { countedStream } from './countedStream.ts';
import { objectNotFound } from './errors.ts';
import { loadSdk } from './loadSdk.ts';
import type { ObjectStore, RemoteSettings } from './objectStore.ts';
import { jobsOf } from './remoteOptions.ts';
import { openS3Client } from './s3Client.ts';
import { s3Failure, s3Status } from './s3Failure.ts';
import { encryptionOptions, grantOptions } from './s3Options.ts';
import { writeInParts } from './s3Parts.ts';
import { bucketAndPrefix } from './webUrl.ts';

/** Up to here a body is held in memory, so that the SDK itself can send it again. */
const smallBytes = 4 * 1024 * 1024;
/** From here on an upload goes in parts. S3 takes 5 GiB at once; a broken line should cost less. */
const partedBytes = 64 * 1024 * 1024;
/** S3 deletes so many at once. */
const batchSize = 1000;

export async function openS3Store(settings: RemoteSettings): Promise<ObjectStore> {
  const sdk = await loadSdk('s3');
  const { bucket, prefix } = bucketAndPrefix(settings);
  const label = `s3://${bucket}/${prefix}`.replace(/\/$/, '');
  const encryption = encryptionOptions(settings);
  const grants = grantOptions(settings);
  const client = await openS3Client(sdk, settings, bucket);
  const told = async <T>(work: Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      signal?.throwIfAborted();
      throw s3Failure(label, bucket, error);
    }
  };
  const asked = (signal: AbortSignal | undefined): { abortSignal?: AbortSignal } =>
    signal === undefined ? {} : { abortSignal: signal };
  const place = (key: string): { Bucket: string; Key: string } => ({ Bucket: bucket, Key: prefix + key });

  const read: ObjectStore['read'] = async (key, request) => {
    const { start = 0, versionId, signal } = request;
    const command = new sdk.GetObjectCommand({
      ...place(key),
      ...encryption.read,
      ...(start > 0 ? { Range: `bytes=${start}-` } : {}),
      ...(versionId === undefined ? {} : { VersionId: versionId }),
    });
    try {
      const answer = await client.send(command, asked(signal));
      const body = answer.Body as Readable;
      const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.ContentRange ?? '');
      const size = range === null ? answer.ContentLength : Number(range[2]);
      return {
        body,
        start: range === null ? 0 : Number(range[1]),
        ...(size === undefined ? {} : { size }),
      };
    } catch (error) {
      signal?.throwIfAborted();
      if (start > 0 && s3Status(error) === 416) return await read(key, { ...request, start: 0 });
      if (s3Status(error) === 404 && !/NoSuchBucket/.test(String(error))) throw objectNotFound(label, key);
      throw s3Failure(label, bucket, error);
    }
  };

  return {
    label,
    concurrency: jobsOf(settings) ?? 32,

    async size(key, signal) {
      const command = new sdk.HeadObjectCommand({ ...place(key), ...encryption.read });
      try {
        return (await client.send(command, asked(signal))).ContentLength ?? 0;
      } catch (error) {
        signal?.throwIfAborted();
        if (s3Status(error) === 404 && !/NoSuchBucket/.test(String(error))) return undefined;
        throw s3Failure(label, bucket, error);
      }
    },

    async *list(below, signal) {
      let token: string | undefined;
      do {
        const page = await told(
          client.send(
            new sdk.ListObjectsV2Command({
              Bucket: bucket,
              Prefix: prefix + below,
              ...(token === undefined ? {} : { ContinuationToken: token }),
            }),
            asked(signal),
          ),
          signal,
        );
        for (const { Key, Size } of page.Contents ?? [])
          if (Key !== undefined && !Key.endsWith('/'))
            yield { key: Key.slice(prefix.length), ...(Size === undefined ? {} : { size: Size }) };
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },

    read,

    async write(key, source, { signal, onBytes }) {
      const target = { ...place(key), ...encryption.write, ...grants };
      if (source.size > partedBytes) {
        await told(writeInParts(sdk, client, target, encryption.read, source, { signal, onBytes }), signal);
        return;
      }
      const md5 = contentMd5(key);
      const small = source.size <= smallBytes;
      const Body = small
        ? await readFile(source.path)
        : countedStream(createReadStream(source.path), onBytes);
      const command = new sdk.PutObjectCommand({
        ...target,
        Body,
        ContentLength: source.size,
        ...(md5 === undefined ? {} : { ContentMD5: md5.toString('base64') }),
      });
      try {
        await told(client.send(command, asked(signal)), signal);
      } finally {
        // The SDK leaves open what it could not send.
        if (!Buffer.isBuffer(Body)) Body.destroy();
      }
      if (small) onBytes?.(source.size);
    },

    async remove(keys, signal) {
      for (let at = 0; at < keys.length; at += batchSize) {
        const Objects = keys.slice(at, at + batchSize).map(key => ({ Key: prefix + key }));
        const command = new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
        const { Errors } = await told(client.send(command, asked(signal)), signal);
        const first = Errors?.[0];
        if (first !== undefined)
          throw s3Failure(label, bucket, Object.assign(new Error(first.Message), { name: first.Code }));
      }
    },

    close: () => {
      client.destroy();
      return Promise.resolve();
    },
  };
}
