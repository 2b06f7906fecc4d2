/** What a colleague is told that they will not have. */
import assert from 'node:assert/strict';
import { mergeAnnotations } from '../../../src/runs/mergeAnnotations.ts';
import type { Plan } from '../../../src/runs/plan.ts';
import type { RunDetails } from '../../../src/runs/runDetails.ts';
import { findLacks } from '../../../src/sharing/findLacks.ts';
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
