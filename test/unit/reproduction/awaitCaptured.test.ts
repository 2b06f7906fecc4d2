import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hostIdentity, identifyProcess } from '../../../src/base/processIdentity.ts';
import { awaitCaptured } from '../../../src/reproduction/awaitCaptured.ts';
import { runPathsIn, type RunPaths } from '../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

async function supervisedBy(paths: RunPaths, supervisor: object | undefined): Promise<void> {
  await mkdir(dirname(paths.process), { recursive: true });
  const record = {
    schemaVersion: 1,
    ...(await hostIdentity()),
    supervisor,
    startedAt: '2026-01-01T00:00:00Z',
  };
  await writeFile(paths.process, JSON.stringify(record));
}

describe('waiting for what a run captured', () => {
  it('goes on for as long as the supervisor lives and has not written it', async () => {
    await using folder = await temporaryFolder();
    const paths = runPathsIn(folder.path);
    await supervisedBy(paths, await identifyProcess(process.pid));
    await assert.rejects(awaitCaptured(paths, AbortSignal.timeout(200)));
    const waiting = awaitCaptured(paths);
    await writeFile(paths.captured, '{}');
    await waiting;
  });

  it('ends where the supervisor is gone, or nobody ever supervised', async () => {
    await using folder = await temporaryFolder();
    const paths = runPathsIn(folder.path);
    await awaitCaptured(paths);
    await supervisedBy(paths, { pid: process.pid, startTime: '1' });
    await awaitCaptured(paths);
  });
});
