import assert from 'node:assert/strict';
import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { importRuns, type ImportReport } from '../../../../src/imports/importRuns.ts';
import { RunStore } from '../../../../src/runs/runStore.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { put } from '../mlflow/fileStore.ts';

const tables = (start: number): Record<string, string> => ({
  'plots/metrics/train/loss.tsv': `timestamp\tstep\tloss\n${start}\t0\t1.0\n${start + 1000}\t1\t0.5\n`,
  'plots/metrics/acc.tsv': 'step\tacc\n0\t0.1\n1\tnan\n',
  'metrics.json': '{"train": {"loss": 0.5}, "acc": NaN, "step": 1, "best": 0.5}',
  'params.yaml': 'lr: 0.1\nmodel:\n  layers: 3\n',
  'artifacts/model.txt': 'weights',
});

describe('importRuns from dvclive', () => {
  let folder: TemporaryFolder;
  let runs: RunStore;
  beforeEach(async () => {
    folder = await temporaryFolder();
    runs = new RunStore(join(folder.path, '.lockstep'));
  });
  afterEach(() => folder.remove());

  const load = (): Promise<ImportReport> =>
    importRuns({
      ...{ kind: 'dvclive', path: join(folder.path, 'dvclive'), toolVersion: '0' },
      project: { root: folder.path, store: runs.store },
    });
  const write = (start: number, ageMs = 3_600_000): void => {
    for (const [name, content] of Object.entries(tables(start))) {
      const path = join(folder.path, 'dvclive', name);
      put(path, content);
      const then = new Date(Date.now() - ageMs);
      utimesSync(path, then, then);
    }
  };

  it('makes a record of the run in the folder', async () => {
    write(1_700_000_000_000);
    const [id = ''] = (await load()).imported;
    const summary = await runs.summary(id);
    assert.equal(summary.state, 'finished');
    assert.equal(summary.createdAt, '2023-11-14T22:13:20.000Z');
    assert.deepEqual(summary.parameters, { lr: 0.1, 'model.layers': 3 });
    assert.deepEqual(
      Object.entries(summary.metrics).map(([key, { last, count }]) => [key, last, count]),
      [
        ['acc', Number.NaN, 2],
        ['train/loss', 0.5, 2],
        ['best', 0.5, 1],
      ],
    );
    assert.equal((await load()).unchanged.length, 1);
  });

  it('keeps the run that the next one in the same folder overwrites', async () => {
    write(1_700_000_000_000);
    await load();
    rmSync(join(folder.path, 'dvclive'), { recursive: true });
    write(1_700_000_900_000);
    const second = await load();
    assert.deepEqual([second.imported.length, second.renewed.length], [1, 0]);
    assert.equal((await runs.list()).length, 2);
  });

  it('does not say that a run has finished whose files were just written', async () => {
    write(1_700_000_000_000, 0);
    const [id = ''] = (await load()).imported;
    assert.equal((await runs.summary(id)).state, 'lost');
    write(1_700_000_000_000);
    assert.deepEqual((await load()).renewed, [id]);
    assert.equal((await runs.summary(id)).state, 'finished');
  });
});
