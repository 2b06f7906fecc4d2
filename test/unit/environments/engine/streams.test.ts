/** What engines send as streams, cut anywhere. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { jsonLines } from '../../../../src/environments/engine/jsonLines.ts';
import { OutputSplitter } from '../../../../src/environments/engine/splitOutput.ts';

/** The bytes in pieces of the lengths given, over and over. */
function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
    const length = lengths[piece % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

async function allOf(values: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const value of values) all.push(value);
  return all;
}

async function* chunksOf(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* cut(bytes, lengths);
}

const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });

describe('jsonLines', () => {
  it('gives every value once, however the stream is cut, also without a last line end', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), lengths, fc.boolean(), async (values, pieces, ended) => {
        const text = values.map(value => JSON.stringify(value)).join('\r\n') + (ended ? '\n' : '');
        const read = await allOf(jsonLines(chunksOf(Buffer.from(text), pieces)));
        assert.deepEqual(read, JSON.parse(`[${values.map(value => JSON.stringify(value)).join(',')}]`));
      }),
    ));

  it('leaves out what is no JSON', async () => {
    const text = '{"a":"é"}\nnonsense {\n\n[1]\n{"torn":';
    assert.deepEqual(await allOf(jsonLines(chunksOf(Buffer.from(text), [1]))), [{ a: 'é' }, [1]]);
  });
});

describe('OutputSplitter', () => {
  const part = fc.record({
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  });
  const framed = (parts: readonly { stream: string; bytes: Uint8Array }[]): Buffer =>
    Buffer.concat(
      parts.flatMap(({ stream, bytes }) => {
        const head = Buffer.alloc(8);
        head[0] = stream === 'stderr' ? 2 : 1;
        head.writeUInt32BE(bytes.length, 4);
        return [head, bytes];
      }),
    );

  it('takes the two outputs apart, however the stream is cut', () =>
    fc.assert(
      fc.property(fc.array(part), lengths, (parts, pieces) => {
        const splitter = new OutputSplitter();
        const got = [...cut(framed(parts), pieces)].flatMap(chunk => splitter.push(chunk));
        const plain = (all: readonly { stream: string; bytes: Uint8Array }[]): [string, string][] =>
          all.map(({ stream, bytes }) => [stream, Buffer.from(bytes).toString('hex')]);
        assert.deepEqual(plain(got), plain(parts));
        assert.equal(splitter.cutOff, false);
      }),
    ));

  it('takes any bytes without a fault, and says when a frame was cut off', () => {
    fc.assert(fc.property(fc.uint8Array(), bytes => void new OutputSplitter().push(bytes)));
    const splitter = new OutputSplitter();
    splitter.push(framed([{ stream: 'stdout', bytes: Buffer.from('abc') }]).subarray(0, 9));
    assert.equal(splitter.cutOff, true);
  });
});
