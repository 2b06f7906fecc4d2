/** What is told of a preparation: only while there is one, and nothing from files that are no such thing. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { preparingNotes } from '../../../../src/reproduction/restore/preparingNotes.ts';
import { readPreparing } from '../../../../src/runs/preparing.ts';
import { runPaths } from '../../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { waitFor } from '../../../helpers/waitFor.ts';

describe('the preparation of a run', () => {
  it('is told to whoever reads, the newest line at last, until there is a plan', async () => {
    await using folder = await temporaryFolder();
    const paths = runPaths(folder.path, '01HZZZZZZZZZZZZZZZZZZZZZZA');
    await mkdir(paths.dir, { recursive: true });
    const note = preparingNotes(paths);
    for (const text of ['one', 'two', 'three']) note(text);
    await waitFor('the newest line', () => readPreparing(paths) === 'three');
    await writeFile(paths.plan, '{}');
    assert.equal(readPreparing(paths), undefined);
  });

  it('is nothing where the file is torn or another thing', async () => {
    await using folder = await temporaryFolder();
    const paths = runPaths(folder.path, '01HZZZZZZZZZZZZZZZZZZZZZZA');
    await mkdir(paths.dir, { recursive: true });
    assert.equal(readPreparing(paths), undefined);
    for (const text of ['', '{"text": "a', '[]', 'null', '{"schemaVersion":1,"text":7}']) {
      await writeFile(paths.preparing, text);
      assert.equal(readPreparing(paths), undefined, text);
    }
  });
});
