import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { announceLiveRun } from '../../../src/execution/liveRuns.ts';
import { hostIdentity, identifyProcess } from '../../../src/base/processIdentity.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import type { TemporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('announceLiveRun', () => {
  let folder: TemporaryFolder;
  let store: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = join(folder.path, 'lockstep');
  });
  afterEach(() => folder.remove());

  const root = '/home/someone/project';
  const minutesAgo = (minutes: number): string => ulid(Date.now() - minutes * 60_000);

  async function launch(id: string, at = root, endedAt?: number): Promise<string> {
    const paths = runPaths(store, id);
    await mkdir(paths.dir, { recursive: true });
    await writeFile(paths.launch, JSON.stringify({ root: at }, null, 1));
    const supervisor = { ...(await identifyProcess(process.pid)), pid: process.pid };
    const record = { schemaVersion: 1, ...(await hostIdentity()), supervisor, startedAt: '' };
    await writeFile(paths.process, JSON.stringify(record));
    if (endedAt !== undefined) await end(id, endedAt);
    return id;
  }

  async function end(id: string, at: number): Promise<void> {
    const endedAt = new Date(at).toISOString();
    const result = { schemaVersion: 1, state: 'finished', endedAt, outputs: [], metrics: {} };
    await writeFile(runPaths(store, id).result, JSON.stringify(result));
  }

  it('sees each of two runs that were launched at the same moment, whichever says so first', async () => {
    const ids = [await launch(minutesAgo(0.01)), await launch(minutesAgo(0.01))];
    const first = await announceLiveRun(store, ids[0] ?? '', root);
    const second = await announceLiveRun(store, ids[1] ?? '', root);
    assert.deepEqual([await first.overlapped(), await second.overlapped()], [true, true]);
  });

  it('still knows of one that came and went', async () => {
    const live = await announceLiveRun(store, await launch(minutesAgo(0.01)), root);
    assert.equal(await live.overlapped(), false);
    const short = await launch(minutesAgo(0.02));
    const other = await announceLiveRun(store, short, root);
    await end(short, Date.now() + 1);
    await other.end();
    assert.equal(await live.overlapped(), true);
    assert.deepEqual(await live.others(), [runPaths(store, short)]);
  });

  it('knows of one that was live before and ended before anybody asked', async () => {
    const long = await launch(minutesAgo(60));
    const other = await announceLiveRun(store, long, root);
    const live = await announceLiveRun(store, await launch(minutesAgo(0.01)), root);
    assert.equal(await live.overlapped(), true);
    await end(long, Date.now() + 1);
    await other.end();
    assert.deepEqual(await live.others(), [runPaths(store, long)]);
  });

  it('is alone with a reproduction, which runs elsewhere', async () => {
    const id = minutesAgo(0.01);
    await launch(id);
    await writeFile(runPaths(store, id).launch, JSON.stringify({ root, reproduces: id }, null, 1));
    const live = await announceLiveRun(store, await launch(minutesAgo(0.01)), root);
    assert.equal(await live.overlapped(), false);
  });

  it('is alone with runs that had ended, and with runs elsewhere', async () => {
    await launch(minutesAgo(5), root, Date.now() - 60_000);
    await launch(minutesAgo(0.01), '/home/someone/else');
    const live = await announceLiveRun(store, await launch(minutesAgo(0.01)), root);
    assert.equal(await live.overlapped(), false);
  });
});
