import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { SeenWrites, readSeenWrite } from '../../../../src/execution/sources/seenWrites.ts';
import type { SeenWrite } from '../../../../src/execution/sources/seenWrites.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const line = (path: string): string =>
  `${JSON.stringify({ k: 'w', p: path, pid: 7, rank: 1, anew: true, s: 3 })}\n`;

describe('SeenWrites', () => {
  it('tells what is opened for writing, and nothing else', () => {
    const lines = [
      ['{"k":"w","p":"/a"}', '/a'],
      ['{"k":"rw","p":"/b","pid":3,"rank":null,"anew":false,"s":9}', '/b'],
      ['{"k":"r","p":"/c","s":1,"m":1}', undefined],
      ['{"k":"w"}', undefined],
      ['{"k":"w","p":"/a","rank":-1}', undefined],
      ['{"k":"w","p":"/a', undefined],
      ['', undefined],
    ] as const;
    for (const [text, path] of lines) assert.equal(readSeenWrite(text)?.path, path, text);
  });

  it('tells each line once, however it is cut', async () => {
    const names = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(names, fc.array(fc.nat(30)), async (paths, cuts) => {
        await using folder = await temporaryFolder();
        const file = join(folder.path, 'seen.jsonl');
        const told: SeenWrite[] = [];
        const seen = new SeenWrites(file, write => told.push(write));
        const bytes = Buffer.from(paths.map(line).join(''));
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          appendFileSync(file, bytes.subarray(at, at + cut));
          at += cut;
          seen.read();
        }
        seen.close();
        assert.deepEqual(
          told,
          paths.map(path => ({ path, pid: 7, rank: 1, anew: true, size: 3 })),
        );
      }),
      { numRuns: 30 },
    );
  });
});
