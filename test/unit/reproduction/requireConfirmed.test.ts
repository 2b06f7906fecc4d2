/** Whoever asks the engine: what somebody else shared is not executed before a person here has agreed. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findCause } from '../../../src/reproduction/cause/findCause.ts';
import { probeDeterminism } from '../../../src/reproduction/probe/probeDeterminism.ts';
import { reproduceRun } from '../../../src/reproduction/reproduceRun.ts';
import { reproductionPlace, requireConfirmed } from '../../../src/reproduction/requireConfirmed.ts';
import type { EnvironmentIdentity } from '../../../src/runs/plan.ts';
import type { RunDetails } from '../../../src/runs/runDetails.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { sharedRecordSchema, type SharedRecord } from '../../../src/runs/sharedRecord.ts';
import { confirmRun } from '../../../src/sharing/confirm/confirmRun.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { originalId, plan, reproductionId, result } from './recordedRun.ts';

const shared = {
  schemaVersion: 1,
  remote: 'origin',
  url: 'x',
  commit: 'y',
  fetchedAt: '2026-01-01T00:00:00Z',
};

const container: EnvironmentIdentity = {
  ...{ kind: 'devcontainer', drift: 'unknown' },
  container: {
    engine: 'docker',
    id: 'original',
    imageId: 'sha256:abc',
    workspaceFolder: '/w',
    repoDigests: [],
  },
};

function run(id: string, from: SharedRecord | undefined): RunDetails {
  return {
    ...{
      id,
      dir: `/nowhere/${id}`,
      state: 'finished',
      stillRunning: false,
      plan: plan({ id }),
      result: result(),
    },
    ...{ annotations: { tags: [], star: false, archived: false }, verdicts: [], requests: [], problems: [] },
    ...(from === undefined ? {} : { shared: from }),
  } as unknown as RunDetails;
}

describe('a run that somebody else shared', () => {
  const own = run(originalId, undefined);
  const foreign = run(reproductionId, shared);
  const common = { root: '/nowhere', store: '/nowhere/store', toolVersion: '1', variables: {} };
  // Nothing is to be started, so nothing is there to start.
  const launch = { node: '/nowhere/node', supervisorScript: '/nowhere/supervisor.cjs' };
  const { signal } = new AbortController();
  const ways: [string, () => Promise<unknown>][] = [
    ['reproduced', () => reproduceRun({ ...common, original: foreign }, launch)],
    ['probed', () => probeDeterminism({ ...common, original: foreign }, launch)],
    [
      'searched as the original',
      () => findCause({ ...common, signal, original: foreign, other: own }, launch),
    ],
    ['searched as the other', () => findCause({ ...common, signal, original: own, other: foreign }, launch)],
  ];
  for (const [title, way] of ways)
    it(`is not ${title} before a yes`, async () => {
      await assert.rejects(way, { code: 'not-confirmed' });
    });

  it('needs a yes of its own for the workspace, and for this machine in place of its container', async () => {
    await using folder = await temporaryFolder();
    const path = runPaths(folder.path, reproductionId).shared;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(shared));
    const now = async (): Promise<RunDetails> =>
      run(reproductionId, sharedRecordSchema.parse(JSON.parse(await readFile(path, 'utf8'))));
    await confirmRun(folder.path, reproductionId, 'checkout');
    requireConfirmed(await now());
    const rerun = await now();
    assert.throws(() => requireConfirmed(rerun, 'workspace'), {
      code: 'not-confirmed',
      mend: /lockstep rerun/,
    });
    await confirmRun(folder.path, reproductionId, 'workspace');
    requireConfirmed(await now(), 'workspace');
    requireConfirmed(await now(), 'checkout');
    const inside = await now();
    Object.assign(inside, { plan: plan({ id: reproductionId, environment: container }) });
    for (const environment of ['host', 'python'] as const)
      await assert.rejects(reproduceRun({ ...common, original: inside, options: { environment } }, launch), {
        code: 'not-confirmed',
        mend: /--env host --yes/,
      });
    await confirmRun(folder.path, reproductionId, 'host');
    for (const place of ['checkout', 'host', 'workspace'] as const) requireConfirmed(await now(), place);
    assert.equal(reproductionPlace(container, 'recorded'), 'checkout');
    assert.equal(reproductionPlace({ kind: 'host', drift: 'unknown' }, 'python'), 'checkout');
  });
});
