import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outsideOutputs } from '../../../../src/reproduction/restore/outsideOutputs.ts';
import type { FileUse } from '../../../../src/runs/captured.ts';
import { mergeAnnotations } from '../../../../src/runs/mergeAnnotations.ts';
import type { RunDetails } from '../../../../src/runs/runDetails.ts';
import { plan, result } from '../recordedRun.ts';

function details(outputs: readonly FileUse[]): RunDetails {
  return {
    id: plan().id,
    dir: '/store',
    state: 'finished',
    stillRunning: false,
    plan: plan(),
    result: result({ outputs: [...outputs] }),
    annotations: mergeAnnotations([]),
    verdicts: [],
    requests: [],
    problems: [],
  };
}

const question = { budget: { left: Infinity } };

describe('outsideOutputs', () => {
  // Not in a place for scratch files, and there.
  const there = '/usr/bin/env';
  const table: [title: string, path: string, argv: string[], redirect: string[], fixed: string[]][] = [
    ['inside the repository', 'out/m.pt', ['a'], [], []],
    ['named itself', '/data/out/m.pt', ['a', '/data/out/m.pt'], ['/data/out/m.pt'], []],
    ['in a named folder', '/data/out/x/m.pt', ['a', '--out=/data/out'], ['/data/out'], []],
    ['in a folder that only begins alike', there, ['a', '/usr/bi'], [], [there]],
    ['named nowhere', there, ['a'], [], [there]],
    ['named nowhere, and gone', '/data/m.pt', ['a'], [], []],
    ['named relatively', '/home/a/out/m.pt', ['a', '--out=../out'], [], []],
  ];
  for (const [title, path, argv, redirect, fixed] of table)
    it(title, async () => {
      assert.deepEqual(await outsideOutputs(details([{ path, how: 'seen' }]), argv, question), {
        redirect,
        fixed,
      });
    });

  it('takes what libraries keep for themselves, and names that are drawn anew, for nobody’s results', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep outside '));
    try {
      for (const [name, kept] of [
        ['torchinductor_me', false],
        ['tmpk3_x9a2b', false],
        ['ray', false],
        ['pymp-8ahd', false],
        // What the program names after its run, it names otherwise in a reproduction.
        [`of-${plan().id}`, false],
        ['rays', true],
        ['tmpresults', true],
        ['mine', true],
      ] as const) {
        const path = join(folder, name, 'a.json');
        await mkdir(join(folder, name));
        await writeFile(path, 'text');
        const { size, mtimeMs } = await stat(path);
        const found = await outsideOutputs(
          details([{ path, how: 'seen', size, modifiedAt: mtimeMs }]),
          ['a'],
          question,
        );
        assert.deepEqual(found.fixed, kept ? [path] : [], name);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('keeps of places for scratch files what counts and is as the run left it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep outside '));
    try {
      const model = join(folder, 'model.json');
      await writeFile(model, 'text');
      const { size, mtimeMs } = await stat(model);
      const sha256 = createHash('sha256').update('text').digest('hex');
      const log = join(folder, 'train.log');
      await writeFile(log, 'text');
      const seen = { how: 'seen', size };
      const cases: [title: string, output: FileUse, kept: boolean][] = [
        ['the same content', { ...seen, path: model, sha256 }, true],
        ['the same size and time, not hashed', { ...seen, path: model, modifiedAt: mtimeMs }, true],
        ['other content', { ...seen, path: model, sha256: sha256.replaceAll(/[0-9]/g, 'a') }, false],
        ['another time, not hashed', { ...seen, path: model, modifiedAt: mtimeMs - 5_000 }, false],
        ['another size, not hashed', { ...seen, path: model, size: 1, modifiedAt: mtimeMs }, false],
        ['a log, which does not count', { ...seen, path: log, sha256 }, false],
        ['perhaps of another run', { how: 'ambiguous', size, path: model, sha256 }, false],
        ['gone', { ...seen, path: join(folder, 'gone.json'), sha256 }, false],
      ];
      for (const [title, output, kept] of cases)
        assert.deepEqual(
          (await outsideOutputs(details([output]), ['a'], question)).fixed,
          kept ? [output.path] : [],
          title,
        );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
