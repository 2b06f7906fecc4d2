/** What a colleague is told that they will not have. */
import assert from 'node:assert/strict';
import { mergeAnnotations } from '../../../src/runs/mergeAnnotations.ts';
import type { Plan } from '../../../src/runs/plan.ts';
import type { RunDetails } from '../../../src/runs/runDetails.ts';
import { findLacks, isNeeded } from '../../../src/sharing/findLacks.ts';
import { recordSize } from '../../../src/sharing/record/recordSize.ts';
import { capturedValues } from '../reproduction/recordedRun.ts';
import { planOf } from '../runs/recordFixtures.ts';

const id = '01M8396F2HXXBNE4XH9BVHQ5X8';

function runWith(change: Partial<Plan>): RunDetails {
  return {
    ...{ id, dir: '/', state: 'finished', stillRunning: false, plan: planOf(id, change) },
    ...{ annotations: mergeAnnotations([]), verdicts: [], requests: [], problems: [] },
  };
}

describe('what others will lack', () => {
  const container = {
    ...{ engine: 'podman', id: 'c1', imageId: 'sha256:1', workspaceFolder: '/w', image: 'lab' },
  };
  const cases: readonly (readonly [string, string[], string[]])[] = [
    ['an image that was only built here', [], ['lab']],
    ['one that Podman names after this machine', ['localhost/lab@sha256:1'], ['lab']],
    ['one of a registry on this machine', ['localhost:5000/lab@sha256:1'], ['lab']],
    ['one of a registry', ['ghcr.io/lab@sha256:1'], []],
    ['one that is in both', ['localhost/lab@sha256:1', 'ghcr.io/lab@sha256:1'], []],
  ];
  for (const [what, repoDigests, wanted] of cases)
    it(`${what}: ${wanted.length === 0 ? 'nothing' : 'the image'}`, () => {
      const run = runWith({
        environment: { kind: 'devcontainer', container: { ...container, repoDigests } },
      });
      const images = findLacks(run, undefined).filter(({ kind }) => kind === 'image');
      assert.deepEqual(
        images.map(one => one.what),
        wanted,
      );
    });

  it('inputs that nobody else has, told from those whose start is only not to be compared', () => {
    const captured = capturedValues({
      inputs: [
        { path: 'data.csv', how: 'seen' },
        { path: 'ckpt.json', how: 'seen', opened: 'replace' },
        { path: 'log.csv', how: 'seen', opened: 'append' },
        { path: 'train.py', how: 'seen', inSnapshot: true },
      ],
    });
    const lacks = findLacks({ ...runWith({}), captured }, undefined).filter(({ kind }) => kind === 'input');
    assert.deepEqual(
      lacks.map(lack => [lack.what, isNeeded(lack)]),
      [
        ['data.csv', true],
        ['ckpt.json', true],
        ['log.csv', false],
      ],
    );
  });

  it('not a small record, and of a large one what is large in it', () => {
    const files = new Map([
      ['record/plan.json', Buffer.alloc(2_000)],
      ['record/metrics.bin', Buffer.alloc(900_000)],
    ]);
    assert.deepEqual(recordSize(files), { bytes: 902_000, large: [] });
    files.set('record/stdout.log', Buffer.alloc(100_000));
    assert.deepEqual(
      recordSize(files).large.map(({ path }) => path),
      ['record/metrics.bin', 'record/stdout.log'],
    );
  });

  it('what could not be given of pinned data, by its path', () => {
    const troubles = [{ path: 'weights.bin', why: 'it is nowhere' }];
    assert.deepEqual(
      findLacks(runWith({}), { pushed: 0, present: 0, bytes: 0, troubles }).find(
        ({ kind }) => kind === 'data',
      ),
      { kind: 'data', what: 'weights.bin', why: 'it is nowhere' },
    );
  });
});
