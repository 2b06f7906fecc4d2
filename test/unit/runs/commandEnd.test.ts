/** How a command ended whose supervisor could not say so any more. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCommandEnd } from '../../../src/runs/commandEnd.ts';
import { insideFolder, insideKeyFile } from '../../../src/runs/insideEnd.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('the end of a command in a container', () => {
  const cases: readonly (readonly [
    what: string,
    key: string | undefined,
    word: string,
    exitCode: number | undefined,
  ])[] = [
    ['told with the key of the run', 'secret', '7 secret', 7],
    ['told with another key', 'secret', '7 other', undefined],
    ['told without a key, of a run that has none', undefined, '7', undefined],
  ];
  for (const [what, key, word, exitCode] of cases)
    it(`${exitCode === undefined ? 'is not believed' : 'is known'} before a container is recorded, ${what}`, async () => {
      await using folder = await temporaryFolder();
      await mkdir(insideFolder(folder.path));
      await writeFile(join(insideFolder(folder.path), 'ended'), `${word}\n`);
      if (key !== undefined) await writeFile(insideKeyFile(folder.path), `${key}\n`);
      assert.equal(readCommandEnd(folder.path, undefined)?.exitCode, exitCode);
    });
});
