import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isReplaced } from '../../../../src/execution/sources/dvcLiveFolders.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('a file of DVCLive', () => {
  it('is another one after it was deleted, though it took the number and grew within one tick of the clock', async function () {
    await using folder = await temporaryFolder();
    mkdirSync(join(folder.path, 'plots'));
    const path = join(folder.path, 'plots', 'loss.tsv');
    writeFileSync(path, 'step\tloss\n');
    const above = statSync(join(folder.path, '..'));
    // Without times of birth there is nothing to tell it by.
    if (above.birthtimeMs === above.ctimeMs) this.skip();
    const first = statSync(path);
    const second = Object.assign(statSync(path), {
      ...{ birthtimeMs: first.birthtimeMs + 4, ctimeMs: first.birthtimeMs + 4 },
      size: first.size + 10,
    });
    assert.equal(isReplaced(path, first, second), true);
    assert.equal(isReplaced(path, first, Object.assign(statSync(path), { size: first.size + 10 })), false);
  });
});
