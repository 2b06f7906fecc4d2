import assert from 'node:assert/strict';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { announceChange, ChangeNotice, runIdOfNotice } from '../../../src/runs/changes.ts';
import { watchChanges } from '../../../src/runs/watchChanges.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

describe('change notices', () => {
  let folder: TemporaryFolder;
  let stop: AbortController;
  beforeEach(async () => {
    stop = new AbortController();
    folder = await temporaryFolder();
  });
  afterEach(() => {
    stop.abort();
    return folder.remove();
  });

  it('are seen by a watcher: single acts, repeated touches, and the last one before the end', async () => {
    const seen = new Map<string, number>();
    await watchChanges(
      folder.path,
      ids => ids.forEach(id => seen.set(id, (seen.get(id) ?? 0) + 1)),
      stop.signal,
    );
    const [single, repeated, last] = [ulid(), ulid(), ulid()];
    announceChange(folder.path, [single]);
    await waitFor('the single act', () => seen.has(single));

    const notice = new ChangeNotice(folder.path);
    for (let count = 1; count <= 3; count++) {
      notice.touch(repeated);
      notice.touch(repeated);
      await waitFor(`touch ${count}`, () => (seen.get(repeated) ?? 0) >= count);
    }
    notice.touch(last);
    notice.close();
    await waitFor('the last touch', () => seen.has(last));
  });

  it('of writers that have ended are deleted by the next one', () => {
    const [old, live] = [ulid(), ulid()];
    announceChange(folder.path, [old]);
    const changes = join(folder.path, 'changes');
    for (const name of readdirSync(changes)) utimesSync(join(changes, name), 1, 1);
    announceChange(folder.path, [live]);
    assert.deepEqual(
      readdirSync(changes).map(name => runIdOfNotice(name)),
      [live],
    );
  });

  it('cost nothing where they cannot be written', () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, 'kept');
    const notice = new ChangeNotice(file);
    notice.touch(ulid());
    notice.close();
    announceChange(file, [ulid()]);
    assert.equal(readFileSync(file, 'utf8'), 'kept');
  });
});
