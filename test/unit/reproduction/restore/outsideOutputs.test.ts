import assert from 'node:assert/strict';
import { outsideOutputs } from '../../../../src/reproduction/restore/outsideOutputs.ts';
import { mergeAnnotations } from '../../../../src/runs/mergeAnnotations.ts';
import type { RunDetails } from '../../../../src/runs/runDetails.ts';
import { plan, result } from '../recordedRun.ts';

function details(paths: readonly string[]): RunDetails {
  return {
    id: plan().id,
    dir: '/store',
    state: 'finished',
    stillRunning: false,
    plan: plan(),
    result: result({ outputs: paths.map(path => ({ path, how: 'seen' })) }),
    annotations: mergeAnnotations([]),
    verdicts: [],
    requests: [],
    problems: [],
  };
}

describe('outsideOutputs', () => {
  const table: [title: string, path: string, argv: string[], redirect: string[], fixed: string[]][] = [
    ['inside the repository', 'out/m.pt', ['a'], [], []],
    ['named itself', '/data/out/m.pt', ['a', '/data/out/m.pt'], ['/data/out/m.pt'], []],
    ['in a named folder', '/data/out/x/m.pt', ['a', '--out=/data/out'], ['/data/out'], []],
    ['in a folder that only begins alike', '/data/out2/m.pt', ['a', '/data/out'], [], ['/data/out2/m.pt']],
    ['named nowhere', '/data/m.pt', ['a'], [], ['/data/m.pt']],
    ['named relatively', '/home/a/out/m.pt', ['a', '--out=../out'], [], []],
    ['in a place for scratch files', '/tmp/m.pt', ['a'], [], []],
  ];
  for (const [title, path, argv, redirect, fixed] of table)
    it(title, () => {
      assert.deepEqual(outsideOutputs(details([path]), argv), { redirect, fixed });
    });
});
