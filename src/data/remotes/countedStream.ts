/** Tells how many bytes have gone through a stream. */
import { Transform, type Readable } from 'node:stream';

export function countedStream(source: Readable, onBytes: ((count: number) => void) | undefined): Readable {
  if (onBytes === undefined) return source;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  source.on('error', error => counter.destroy(error));
  counter.on('close', () => source.destroy());
  return source.pipe(counter);
}
