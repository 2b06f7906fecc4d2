/** A large upload to S3 in parts: each tried again by itself, all joined at the end or thrown away. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { countedStream } from './countedStream.ts';
import type { Sdks } from './loadSdk.ts';
import type { ReadEncryption, WriteEncryption } from './s3Options.ts';
import { s3Failure } from './s3Failure.ts';
import { withRetries } from './withRetries.ts';

type S3Client = InstanceType<Sdks['s3']['S3Client']>;

const mib = 1024 * 1024;
const atOnce = 4;
/** S3 takes no more parts than this, each of 5 MiB to 5 GiB. */
const maxParts = 10_000;

export async function writeInParts(
  sdk: Sdks['s3'],
  client: S3Client,
  target: { readonly Bucket: string; readonly Key: string } & WriteEncryption,
  key: ReadEncryption,
  source: { readonly path: string; readonly size: number },
  request: {
    readonly signal: AbortSignal | undefined;
    readonly onBytes: ((count: number) => void) | undefined;
  },
): Promise<void> {
  const { signal, onBytes } = request;
  const options = signal === undefined ? {} : { abortSignal: signal };
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(target), options);
  const upload = { Bucket: target.Bucket, Key: target.Key, UploadId };
  const partSize = Math.max(16 * mib, Math.ceil(source.size / maxParts / mib) * mib);
  const count = Math.ceil(source.size / partSize);
  const etags: string[] = [];
  let next = 0;

  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const range = { start: index * partSize, end: Math.min((index + 1) * partSize, source.size) - 1 };
      const hash = createHash('md5');
      for await (const chunk of createReadStream(source.path, range) as AsyncIterable<Buffer>)
        hash.update(chunk);
      const ContentMD5 = hash.digest('base64');
      const part = index + 1;
      await withRetries(
        async () => {
          let counted = 0;
          const body = countedStream(createReadStream(source.path, range), bytes => {
            counted += bytes;
            onBytes?.(bytes);
          });
          try {
            const command = new sdk.UploadPartCommand({
              ...upload,
              ...key,
              PartNumber: part,
              Body: body,
              ContentLength: range.end - range.start + 1,
              ContentMD5,
            });
            etags[index] = (await client.send(command, options)).ETag ?? '';
          } catch (error) {
            onBytes?.(-counted);
            throw s3Failure(`s3://${target.Bucket}`, target.Bucket, error);
          } finally {
            body.destroy();
          }
        },
        {},
        signal,
      );
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
    const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    await client.send(
      new sdk.CompleteMultipartUploadCommand({ ...upload, ...key, MultipartUpload: { Parts } }),
      options,
    );
  } catch (error) {
    next = count;
    // Parts that nobody joins are paid for until somebody deletes them.
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}
