import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { compareTensors } from '../../../../../src/reproduction/comparison/tensors/compareTensors.ts';
import { temporaryFolder } from '../../../../helpers/temporaryFolder.ts';
import type { TemporaryFolder } from '../../../../helpers/temporaryFolder.ts';
import {
  float32,
  npyFile,
  npzFile,
  rawNpy,
  rawSafetensors,
  safetensorsFile,
  zipFile,
} from '../../../../helpers/tensorWriter.ts';

let folder: TemporaryFolder;
before(async () => {
  folder = await temporaryFolder();
});
after(() => folder.remove());

async function compare(
  first: Buffer,
  second: Buffer,
  name = 'model.safetensors',
): ReturnType<typeof compareTensors> {
  const [a, b] = [join(folder.path, 'first'), join(folder.path, 'second')];
  await Promise.all([writeFile(a, first), writeFile(b, second)]);
  return compareTensors(a, b, name);
}

const weight = { name: 'fc.weight', type: 'F32', shape: [2, 2], data: float32(1, -2, 3, 4) };
const bias = { name: 'fc.bias', type: 'F32', shape: [2], data: float32(0, 0.5) };
const array = { name: 'w', type: '<f4', shape: [2, 2], data: float32(1, -2, 3, 4) };

describe('compareTensors', () => {
  const half = (bits: number): Buffer => Buffer.from(Uint16Array.of(bits).buffer);
  const one = (type: string, data: Buffer): Buffer =>
    safetensorsFile([{ name: 'x', type, shape: [1], data }]);
  const doubles = (value: number): Buffer => Buffer.from(Float64Array.of(value).buffer);
  const numpyOne = (type: string, data: Buffer): Buffer => npyFile({ type, shape: [1], data });
  const cases: readonly (readonly [title: string, first: Buffer, second: Buffer, expected: object])[] = [
    [
      'calls safetensors of another order and other metadata identical',
      safetensorsFile([weight, bias], { made: 'yesterday' }),
      safetensorsFile([bias, weight], { made: 'today' }),
      { format: 'safetensors', verdict: 'identical', compared: 2, differing: [] },
    ],
    [
      'calls npz files of other times, order and compression identical',
      npzFile([array, { ...array, name: 'b' }], { time: 1 }),
      npzFile([{ ...array, name: 'b' }, array], { time: 2, compressed: true }),
      { format: 'npz', verdict: 'identical', compared: 2, differing: [] },
    ],
    [
      'says by how much, and in which tensor',
      safetensorsFile([weight, bias]),
      safetensorsFile([{ ...weight, data: float32(1, -2, 3, 5) }, bias]),
      {
        ...{ format: 'safetensors', verdict: 'diverged', compared: 2 },
        ...{ differing: ['fc.weight'], maxRelativeDifference: 0.25, furthest: 'fc.weight' },
      },
    ],
    [
      'knows the tolerance of float32',
      safetensorsFile([weight]),
      safetensorsFile([{ ...weight, data: float32(1, -2, 3, 4 + 2 ** -21) }]),
      {
        ...{ format: 'safetensors', verdict: 'within-tolerance', compared: 1 },
        ...{ differing: ['fc.weight'], maxRelativeDifference: 2 ** -23, furthest: 'fc.weight' },
      },
    ],
    // 1.0 and 1.0078125: one unit in the last place of bfloat16.
    [
      'knows the tolerance of bfloat16',
      one('BF16', half(0x3f80)),
      one('BF16', half(0x3f81)),
      { verdict: 'within-tolerance' },
    ],
    ['and where it ends', one('BF16', half(0x3f80)), one('BF16', half(0x3f83)), { verdict: 'diverged' }],
    [
      'knows the tolerance of float16',
      one('F16', half(0x3c00)),
      one('F16', half(0x3c0f)),
      { verdict: 'within-tolerance' },
    ],
    ['and where it ends', one('F16', half(0x3c00)), one('F16', half(0x3c20)), { verdict: 'diverged' }],
    [
      'knows the tolerance of float64',
      one('F64', doubles(1)),
      one('F64', doubles(1 + 1e-8)),
      { verdict: 'within-tolerance' },
    ],
    [
      'takes whole numbers exactly',
      one('I8', Buffer.of(100)),
      one('I8', Buffer.of(101)),
      { verdict: 'diverged' },
    ],
    [
      'sees the last bit of great whole numbers, which no float64 has',
      one('I64', Buffer.from(BigInt64Array.of(2n ** 53n).buffer)),
      one('I64', Buffer.from(BigInt64Array.of(2n ** 53n + 1n).buffer)),
      { verdict: 'diverged', differing: ['x'] },
    ],
    [
      'takes two zeros and two NaN as equal numbers of other bits',
      safetensorsFile([{ ...bias, data: float32(0, NaN) }]),
      safetensorsFile([{ ...bias, data: Buffer.from('00000080000 0c0ff'.replace(' ', ''), 'hex') }]),
      { verdict: 'within-tolerance', maxRelativeDifference: 0 },
    ],
    [
      'compares bytes of a type that it does not know',
      safetensorsFile([{ name: 'x', type: 'F4', shape: [3], data: Buffer.of(1, 2) }]),
      safetensorsFile([{ name: 'x', type: 'F4', shape: [3], data: Buffer.of(1, 3) }]),
      { verdict: 'diverged', differing: ['x'] },
    ],
    [
      'tells another name',
      safetensorsFile([weight]),
      safetensorsFile([{ ...weight, name: 'other' }]),
      { verdict: 'diverged', compared: 0, mismatch: 'only the original has fc.weight' },
    ],
    [
      'tells another shape',
      safetensorsFile([weight]),
      safetensorsFile([{ ...weight, shape: [4] }]),
      { verdict: 'diverged', mismatch: 'fc.weight is float32 2×2 in the original, float32 4 now' },
    ],
    [
      'tells another type',
      safetensorsFile([weight]),
      safetensorsFile([{ ...weight, type: 'I32' }]),
      { verdict: 'diverged', mismatch: 'fc.weight is float32 2×2 in the original, int32 2×2 now' },
    ],
    [
      'reads numbers in either order of bytes',
      numpyOne('<f8', doubles(1.5)),
      numpyOne('>f8', Buffer.from(doubles(1.5)).swap64()),
      { format: 'npy', verdict: 'identical', compared: 1 },
    ],
    [
      'tells Fortran order, which means other numbers in other places',
      npyFile(array),
      npyFile({ ...array, fortranOrder: true }),
      { verdict: 'diverged' },
    ],
    [
      'compares pickled objects as the bytes they are',
      npyFile({ type: '|O', shape: [1], data: Buffer.from('cos\nsystem\n') }),
      npyFile({ type: '|O', shape: [1], data: Buffer.from('cos\nsystem\n.') }),
      { verdict: 'diverged', compared: 1 },
    ],
    [
      'compares records as the bytes they are',
      npyFile({ type: "[('x', '<f4'), ('y', '<i2', (2,))]", shape: [1], data: Buffer.alloc(8) }),
      npyFile({ type: "[('x', '<f4'), ('y', '<i2', (2,))]", shape: [1], data: Buffer.alloc(8) }),
      { verdict: 'identical' },
    ],
    [
      'compares complex numbers part by part',
      npyFile({ type: '<c8', shape: [1], data: float32(1, 2) }),
      npyFile({ type: '<c8', shape: [1], data: float32(1, 4) }),
      { verdict: 'diverged', maxRelativeDifference: 1 },
    ],
    [
      'compares nothing with nothing',
      npyFile({ type: '<f4', shape: [0], data: Buffer.alloc(0) }),
      npyFile({ type: '<f4', shape: [0], data: Buffer.alloc(0) }),
      { verdict: 'identical' },
    ],
  ];
  for (const [title, first, second, expected] of cases)
    it(title, async () => {
      const outcome = await compare(first, second);
      assert.deepEqual({ ...outcome, ...expected }, outcome, JSON.stringify(outcome));
    });

  it('leaves what is not made of tensors alone', async () => {
    assert.equal(await compare(Buffer.from('hello'), Buffer.from('world'), 'notes.txt'), undefined);
    const zip = zipFile([['data.pkl', Buffer.from('x')]]);
    assert.equal(await compare(zip, zip, 'model.pt'), undefined);
  });

  it('compares more than it holds at once, and finds the one number that differs', async () => {
    const values = Float32Array.from({ length: 300_000 }, (_, at) => Math.sin(at) + 2);
    const before = Buffer.from(values.slice().buffer);
    values[250_001] = (values[250_001] ?? 0) + 1;
    const big = { name: 'big', type: '<f4', shape: [300, 1000] };
    const outcome = await compare(
      npzFile([{ ...big, data: before }]),
      npzFile([{ ...big, data: Buffer.from(values.buffer) }], { compressed: true }),
    );
    assert.equal(outcome !== undefined && 'verdict' in outcome && outcome.verdict, 'diverged');
  });
});

describe('a file of tensors that is not what it says', () => {
  const entry = (start: number, end: number, shape = '[1]'): string =>
    `{"dtype":"F32","shape":${shape},"data_offsets":[${start},${end}]}`;
  const deflatedMore = (): Buffer => {
    // The directory says 128 bytes, the data become a megabyte.
    const bytes = zipFile([['w.npy', npyFile({ type: '<f4', shape: [0], data: Buffer.alloc(0) })]], {
      compressed: true,
    });
    const bomb = deflateRawSync(
      Buffer.concat([npyFile({ type: '<f4', shape: [0], data: Buffer.alloc(0) }), Buffer.alloc(1 << 20)]),
    );
    const local = bytes.subarray(0, 30 + 5);
    const rest = Buffer.from(bytes.subarray(bytes.indexOf(Buffer.from('PK\x01\x02'))));
    rest.writeUInt32LE(bomb.length, 20);
    rest.writeUInt32LE(local.length + bomb.length, rest.length - 6);
    return Buffer.concat([local, bomb, rest]);
  };
  const overlapping = (): Buffer => {
    const bytes = Buffer.from(npzFile([array, { ...array, name: 'x' }]));
    // The second entry of the directory points to the first member.
    const second = bytes.lastIndexOf(Buffer.from('PK\x01\x02'));
    bytes.writeUInt32LE(0, second + 42);
    return bytes;
  };
  const endless = (): Buffer => {
    const bytes = Buffer.from(npzFile([array, { ...array, name: 'x' }], { compressed: true }));
    // Both say that they become 4 GiB.
    for (const at of [bytes.indexOf('PK\x01\x02'), bytes.lastIndexOf('PK\x01\x02')])
      bytes.writeUInt32LE(0xfffffff0, at + 24);
    return bytes;
  };
  const cases: readonly (readonly [title: string, bytes: Buffer, problem: RegExp])[] = [
    ['members that become 8 GiB', endless(), /too large to compare/],
    ['a header longer than the file', Buffer.from('ffff000000000000', 'hex'), /ends outside the file/],
    ['a header of 2^63 bytes', Buffer.from('ffffffffffffff7f00', 'hex'), /too large/],
    ['a header that is not JSON', rawSafetensors('{', Buffer.alloc(0)), /cannot be read/],
    ['a header that is a list', rawSafetensors('[1]', Buffer.alloc(0)), /cannot be read/],
    ['offsets outside', rawSafetensors(`{"a":${entry(0, 4)}}`, Buffer.alloc(0)), /outside the file/],
    ['a hole', rawSafetensors(`{"a":${entry(4, 8)}}`, Buffer.alloc(8)), /holes/],
    ['an overlap', rawSafetensors(`{"a":${entry(0, 4)},"b":${entry(0, 4)}}`, Buffer.alloc(4)), /overlap/],
    ['offsets that go back', rawSafetensors(`{"a":${entry(8, 4)}}`, Buffer.alloc(8)), /does not fit/],
    [
      'a shape of 10^300',
      rawSafetensors(`{"a":${entry(0, 4, `[${'1000000,'.repeat(50)}1]`)}}`, Buffer.alloc(4)),
      /does not fit/,
    ],
    ['a negative length', rawSafetensors(`{"a":${entry(0, 4, '[-1]')}}`, Buffer.alloc(4)), /wrong about a/],
    ['code in a heading', rawNpy("__import__('os').system('x')", Buffer.alloc(0)), /cannot be read/],
    ['deep nesting in a heading', rawNpy('('.repeat(5000), Buffer.alloc(0)), /nested too deeply/],
    [
      'a shape that does not fit',
      npyFile({ type: '<f4', shape: [9], data: Buffer.alloc(4) }),
      /does not fit/,
    ],
    ['members that overlap', overlapping(), /overlap/],
    ['a member that inflates to more than it says', deflatedMore(), /more than it says/],
  ];
  for (const [title, bytes, problem] of cases)
    it(`is refused: ${title}`, async () => {
      const outcome = await compare(bytes, bytes);
      assert.match(
        outcome !== undefined && 'problem' in outcome ? outcome.problem : JSON.stringify(outcome),
        problem,
      );
    });

  it('is compared or refused, and never anything else', async () => {
    const files = [
      safetensorsFile([weight, bias], { a: 'b' }),
      npyFile(array),
      npzFile([array, { ...array, name: 'x' }]),
      npzFile([array], { compressed: true }),
    ];
    const change = fc.record({ at: fc.nat(), to: fc.nat(255), cut: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (file, changes) => {
          let bytes = Buffer.from(file);
          for (const { at, to, cut } of changes) {
            const place = at % Math.max(1, bytes.length);
            if (cut && to < 64) bytes = bytes.subarray(0, place);
            else if (bytes.length > 0) bytes[place] = to;
          }
          const outcome = await compare(file, bytes);
          assert.ok(outcome === undefined || 'problem' in outcome || 'verdict' in outcome);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('equals itself in whatever file around it', async () => {
    const tensors = fc.uniqueArray(
      fc.record({
        name: fc.string({ minLength: 1, maxLength: 8 }),
        values: fc.array(fc.float(), { maxLength: 6 }),
      }),
      { selector: ({ name }) => name, minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(tensors, fc.boolean(), fc.boolean(), async (made, zip, compressed) => {
        const written = made.map(({ name, values }) => ({
          ...{ name, type: zip ? '<f4' : 'F32', shape: [values.length], data: float32(...values) },
        }));
        const turned = written.toReversed();
        const [first, second] = zip
          ? [npzFile(written, { compressed }), npzFile(turned, { time: 77 })]
          : [safetensorsFile(written), safetensorsFile(turned, { x: 'y' })];
        const outcome = await compare(first, second);
        if (made.some(({ name }) => name === '__metadata__')) return;
        assert.ok(outcome !== undefined && 'verdict' in outcome, JSON.stringify(outcome));
        assert.deepEqual(
          [outcome.verdict, outcome.compared, outcome.differing],
          ['identical', made.length, []],
        );
      }),
      { numRuns: 100 },
    );
  });
});
