import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineFile } from '../../../src/execution/lineFile.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('LineFile', () => {
  const cases: [string, string, string][] = [
    ['begins a file', '', 'one\ntwo\n'],
    ['goes on after whole lines', 'old\n', 'old\none\ntwo\n'],
    ['closes off a torn line of a writer that was killed', 'old\n{"to', 'old\n{"to\none\ntwo\n'],
  ];
  for (const [name, before, after] of cases)
    it(name, async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'a file.jsonl');
      if (before !== '') writeFileSync(path, before);
      const lines = new LineFile(path);
      lines.append('one\n');
      lines.append('two\n');
      assert.equal(readFileSync(path, 'utf8'), after);
    });

  it('says that a line is not written', async () => {
    await using folder = await temporaryFolder();
    mkdirSync(join(folder.path, 'taken'));
    const lines = new LineFile(join(folder.path, 'taken'));
    assert.throws(() => lines.append('one\n'), { code: 'record-not-written' });
  });
});
