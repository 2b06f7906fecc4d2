import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runHandlers } from '../../../src/extension/worker/runHandlers.ts';
import { Stores } from '../../../src/extension/worker/stores.ts';
import { reproductionWords } from '../../../src/extension/tree/reproductionWords.ts';
import type { Words } from '../../../src/extension/environment/rows/environmentRow.ts';
import { writeJsonAtomic } from '../../../src/base/atomicFile.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { mkdir } from 'node:fs/promises';
import { ulid } from 'ulid';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { verdictOf, writeRun, writeVerdict } from '../runs/recordFixtures.ts';

const l10n: Words = {
  t: (text, ...values) => text.replaceAll(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
};
const view = { grouping: 'state', filter: '', archived: false } as const;

describe('the row of a reproduction', () => {
  it('begins with its own verdict, of however many its original has', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'store');
    const original = writeRun(store, { id: ulid(1000), plan: { name: 'baseline' } }).id;
    const told = [
      { verdict: 'identical', sentence: 'Identical: all 9 metric points equal the original.' },
      { verdict: 'diverged', sentence: 'Diverged from step 412: loss differs by up to a relative 3.0e-4.' },
      { verdict: 'diverged', sentence: 'Diverged: model.pt differs.' },
      { verdict: 'within-tolerance', sentence: 'Within tolerance: …', part: { throughStep: 50 } },
      undefined,
    ] as const;
    for (const [i, verdict] of told.entries()) {
      const { id } = writeRun(store, { id: ulid(2000 + i), plan: { reproduces: original } });
      if (verdict !== undefined) writeVerdict(store, verdictOf(original, id, verdict));
    }
    const { rows } = await runHandlers(new Stores(() => undefined)).page({
      ...{ store, view, group: 'finished', offset: 0, limit: 10 },
    });
    assert.deepEqual(
      rows.toReversed().map(({ run, ownVerdict }) => reproductionWords(run, ownVerdict, l10n)),
      [
        '',
        'identical',
        'diverged from step 412',
        'diverged',
        'within tolerance through step 50',
        'reproduction',
      ],
    );
  });

  it('says what takes long before its command starts, until that starts', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'a store');
    const id = ulid();
    const paths = runPaths(store, id);
    await mkdir(paths.dir, { recursive: true });
    const text = 'Getting the Python environment of the run ready';
    await writeJsonAtomic(paths.preparing, { schemaVersion: 1, text, at: new Date().toISOString() });
    const [row] = await runHandlers(new Stores(() => undefined)).findRuns({ store, kind: 'all', limit: 1 });
    assert.deepEqual([row?.run.state, row?.run.preparing], ['preparing', text]);
  });

  for (const [run, words] of [
    [{ state: 'preparing', reproduces: 'x' }, 'reproducing'],
    [{ state: 'running', reproduces: 'x' }, 'reproducing'],
    [{ state: 'cancelled', reproduces: 'x' }, 'reproduction'],
    [{ state: 'running', reproduces: 'x', purpose: 'probe' }, ''],
    [{ state: 'running' }, ''],
  ] as const)
    it(`without a verdict, ${JSON.stringify(run)}: ${words}`, () => {
      assert.equal(reproductionWords({ ...run }, undefined, l10n), words);
    });
});
