/** Secrets in archives, and archives that are made to hurt who looks. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { runCommand } from '../../../src/base/runCommand.ts';
import { zipFile } from '../../../src/sharing/crate/zipFile.ts';
import { lookForSecrets } from '../../../src/sharing/scan/lookForSecrets.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const value = ['hf', 'q8Zr2LkP0vTn5Wy7Xc4Mb9'].join('_');
/** Long enough to be worth packing, so that nothing shows from outside. */
const code = Buffer.from(`import os\ntoken = "${value}"\n${'token = token\n'.repeat(50)}`);
const zip = (files: Readonly<Record<string, Uint8Array>>): Buffer =>
  zipFile(Object.entries(files).map(([path, bytes]) => ({ path, bytes, kind: 'file' })));

function told(path: string, bytes: Uint8Array): string {
  const { secrets, unread } = lookForSecrets(path, bytes);
  const lines = secrets.map(({ line, what }) => (line === 0 ? what : `${what} (line ${line})`));
  return [...lines, ...(unread === undefined ? [] : [`unread: ${unread}`])].join('; ');
}

/** A zip whose one entry is changed where its directory tells of it. */
function changed(bytes: Buffer, offset: number, number: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt16LE(number, copy.lastIndexOf('PK\u0001\u0002', undefined, 'latin1') + offset);
  return copy;
}

describe('looking for secrets in what is packed', () => {
  it('ends for all files of a push where their room ends, and goes on with what is not packed', () => {
    const room = { bytes: 1000, files: 10 };
    const packed = gzipSync(code);
    assert.deepEqual(lookForSecrets('a.py.gz', packed, room).unread, undefined);
    assert.match(lookForSecrets('b.py.gz', packed, room).unread ?? '', /takes more than/);
    assert.deepEqual(
      lookForSecrets('c.py', code, room).secrets.map(({ line }) => line),
      [2],
    );
  });

  const zeros = Buffer.alloc(200 * 1024 * 1024);
  const plain = zip({ 'a.py': code });
  const cases: readonly (readonly [string, string, Buffer, string])[] = [
    ['a zip', 'a.zip', zip({ 'src/a.py': code, 'b.txt': Buffer.from('hello') }), 'a token in src/a.py:2'],
    ['a wheel in a zip', 'a.zip', zip({ 'w.whl': plain }), 'a token in w.whl › a.py:2'],
    [
      'a file that is known by its name',
      'a.zip',
      zip({ '.env': Buffer.from('A=1') }),
      'a file that usually holds secrets in .env',
    ],
    ['a gzip', 'a.py.gz', gzipSync(code), 'a token in line 2 of what is packed'],
    ['two gzips', 'a.gz', gzipSync(gzipSync(code)), 'a token in line 2 of what is packed'],
    [
      'an archive too deep',
      'a.zip',
      zip({ 'b.zip': zip({ 'c.zip': plain }) }),
      'unread: zip: b.zip › c.zip: it holds archives in archives',
    ],
    [
      'one beside it',
      'a.zip',
      zip({ 'b.zip': zip({ 'c.zip': plain }), 'z.py': code }),
      'a token in z.py:2; unread: zip: b.zip › c.zip: it holds archives in archives',
    ],
    ['a bomb', 'a.zip', zip({ zeros }), 'unread: zip: all that is packed takes more than 128 MiB'],
    ['a bomb of gzip', 'a.gz', gzipSync(zeros), 'unread: gzip: all that is packed takes more than 128 MiB'],
    ['an encrypted zip', 'a.zip', changed(plain, 8, 0x801), 'unread: zip: it is encrypted'],
    ['a zip of another method', 'a.zip', changed(plain, 10, 12), 'unread: zip: it is packed by method 12'],
    ['half a zip', 'a.zip', plain.subarray(0, 60), 'unread: zip: it is damaged'],
    ['half a gzip', 'a.gz', gzipSync(code).subarray(0, 30), 'unread: gzip: it is damaged'],
    ['xz', 'a.xz', Buffer.from('\xfd7zXZ\0abcdefgh', 'latin1'), 'unread: xz: no part of Lockstep reads it'],
    [
      'a notebook',
      'a.ipynb',
      Buffer.from(JSON.stringify({ cells: [{ source: ['api_key = "', 'x7Kq9Lm2Pz4Rt6"'] }] })),
      'a value of api_key in a cell',
    ],
    [
      'a notebook that says it plainly',
      'a.ipynb',
      Buffer.from(JSON.stringify({ cells: [{ outputs: [{ text: [value] }] }] })),
      'a token (line 1)',
    ],
  ];
  for (const [what, path, bytes, wanted] of cases)
    it(what, () => {
      assert.equal(told(path, bytes), wanted);
    });

  it('tar as the program tar writes it, packed or not, with long names', async () => {
    await using folder = await temporaryFolder('lockstep tar');
    const long = join('x'.repeat(60), 'y'.repeat(60));
    await mkdir(join(folder.path, long), { recursive: true });
    await writeFile(join(folder.path, long, 'a.py'), code);
    for (const [format, flags] of [
      ['gnu', 'cf'],
      ['ustar', 'cf'],
      ['pax', 'czf'],
    ] as const) {
      const args = [`--format=${format}`, `-${flags}`, 'a.tar', long];
      const made = await runCommand({ program: 'tar', args, cwd: folder.path });
      assert.equal(made.exitCode, 0, made.stderr);
      assert.match(
        told('a.tar', await readFile(join(folder.path, 'a.tar'))),
        /^a token in .*a\.py:2$/,
        format,
      );
    }
  });

  it('ends and throws nothing, whatever is wrong with an archive', () => {
    const archives = [plain, zip({ 'a.zip': plain, b: code }), gzipSync(plain)];
    const change = fc.record({ at: fc.nat(), to: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...archives),
        fc.array(change, { maxLength: 8 }),
        fc.nat(),
        (archive, changes, cut) => {
          const bytes = Buffer.from(archive);
          for (const { at, to } of changes) bytes[at % bytes.length] = to;
          lookForSecrets('a.zip', bytes.subarray(0, cut % 5 === 0 ? cut % bytes.length : bytes.length));
        },
      ),
      { numRuns: 300 },
    );
  });
});
