import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { detectImportKind } from '../../../src/imports/detectImportKind.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { fileStore, put } from './mlflow/fileStore.ts';

describe('detectImportKind', () => {
  const cases: readonly [
    what: string,
    path: string,
    kind: string | undefined,
    make: (root: string) => void,
  ][] = [
    ['a folder of experiments', 'mlruns', 'mlruns', root => void fileStore(join(root, 'mlruns'), { a: {} })],
    [
      'a database, whatever its name',
      'tracking.sqlite',
      'mlflow.db',
      root => database(join(root, 'tracking.sqlite')),
    ],
    ['a folder that holds mlflow.db', '.', 'mlflow.db', root => database(join(root, 'mlflow.db'))],
    [
      'a log folder',
      'logs',
      'tensorboard',
      root => put(join(root, 'logs/a/b/events.out.tfevents.1.host'), ''),
    ],
    [
      'an event file',
      'events.out.tfevents.1.host',
      'tensorboard',
      root => put(join(root, 'events.out.tfevents.1.host'), ''),
    ],
    ['a folder of DVCLive', 'live', 'dvclive', root => put(join(root, 'live/plots/metrics/loss.tsv'), '')],
    [
      'one with latest values only',
      'live',
      'dvclive',
      root => {
        put(join(root, 'live/metrics.json'), '{}');
        put(join(root, 'live/params.yaml'), '');
      },
    ],
    ['a folder of W&B', 'wandb', 'wandb', root => put(join(root, 'wandb/offline-run-1/run-1.wandb'), '')],
    ['a run of W&B', 'run-1.wandb', 'wandb', root => put(join(root, 'run-1.wandb'), '')],
    ['any other folder', 'src', undefined, root => put(join(root, 'src/train.py'), '')],
    ['any other file', 'train.py', undefined, root => put(join(root, 'train.py'), '')],
  ];
  for (const [what, path, kind, make] of cases)
    it(`${what} is ${kind ?? 'nothing to import'}`, async () => {
      await using folder = await temporaryFolder();
      make(folder.path);
      assert.equal(await detectImportKind(join(folder.path, path)), kind);
    });

  it('says so of a path that is not there', async () => {
    await using folder = await temporaryFolder();
    await assert.rejects(detectImportKind(join(folder.path, 'nowhere')), { code: 'import-path-unreadable' });
  });
});

function database(path: string): void {
  const made = new DatabaseSync(path);
  made.exec('create table t(a)');
  made.close();
}
