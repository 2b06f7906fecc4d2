import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importRuns, type ImportReport } from '../../../src/imports/importRuns.ts';
import type { ImportKind } from '../../../src/imports/importKind.ts';
import { MetricLogWriter } from '../../../src/runs/metricLogWriter.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { WandbReader } from '../../../src/tracking/wandb/wandbReader.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { writeRun } from '../runs/recordFixtures.ts';
import { fileStore, put } from './mlflow/fileStore.ts';

const wandb = new URL('../../fixtures/sources/wandb/offline-0.31.0.wandb', import.meta.url);

describe('importing what Lockstep recorded while it ran', () => {
  let folder: TemporaryFolder;
  let store: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = join(folder.path, '.git', 'lockstep');
  });
  afterEach(() => folder.remove());

  const load = (kind: ImportKind, path: string): Promise<ImportReport> =>
    importRuns({
      ...{ kind, path: join(folder.path, path), toolVersion: '1' },
      project: { root: folder.path, store },
    });

  /** A run that ended a minute after `at` and followed the files. */
  const live = (at: number, files: readonly string[], journal?: object[], parent?: string): string => {
    const { id, paths } = writeRun(store, {
      plan: { root: folder.path, createdAt: iso(at), ...(parent === undefined ? {} : { parent }) },
      result: { startedAt: iso(at), endedAt: iso(at + 60_000) },
    });
    const log = MetricLogWriter.open(paths.metrics);
    log.append(
      [],
      files.map(file => ({ source: `file:${file}`, offset: 1 })),
    );
    log.close();
    if (journal !== undefined)
      writeFileSync(paths.mlflow, journal.map(line => `${JSON.stringify(line)}\n`).join(''));
    return id;
  };

  /** How many new records an import makes, and as which runs the others are recorded, twice alike. */
  const outcome = async (kind: ImportKind, path: string): Promise<[number, string[]]> => {
    const first = await load(kind, path);
    const again = await load(kind, path);
    assert.deepEqual(again.recorded, first.recorded);
    assert.deepEqual(again.unchanged, first.imported);
    return [first.imported.length, first.recorded.map(({ id }) => id)];
  };

  it('knows a run of W&B by its file, wherever that lies now', async () => {
    const startedAt = startOf(wandb);
    const place = join(folder.path, 'elsewhere', 'run-1');
    mkdirSync(place, { recursive: true });
    cpSync(wandb, join(place, 'run-abc.wandb'));
    live(startedAt, ['wandb/run-1/run-other.wandb']);
    const id = live(startedAt, ['wandb/run-1/run-abc.wandb']);
    assert.deepEqual(await outcome('wandb', 'elsewhere'), [0, [id]]);
    // A further training of one script is a child run, noticed when it had begun.
    const further = live(startedAt + 45_000, ['wandb/run-2/run-abd.wandb'], undefined, id);
    mkdirSync(join(folder.path, 'further'));
    cpSync(wandb, join(folder.path, 'further', 'run-abd.wandb'));
    assert.deepEqual(await outcome('wandb', 'further'), [0, [further]]);
    // Without its record the import is all there is.
    rmSync(join(store, 'runs', id.slice(-2), id), { recursive: true });
    assert.deepEqual(await outcome('wandb', 'elsewhere'), [1, []]);
  });

  it('takes event files for recorded only where all of them were', async () => {
    const at = 1_700_000_000;
    const files = [1, 2].map(seconds => `logs/a/events.out.tfevents.${at + seconds}.host.1.0`);
    for (const file of files) put(join(folder.path, file), '');
    const first = live(at * 1000, files.slice(0, 1));
    assert.deepEqual((await load('tensorboard', 'logs')).recorded, []);
    rmSync(join(store, 'runs'), { recursive: true });
    const both = live(at * 1000, files);
    assert.notEqual(first, both);
    assert.deepEqual(await outcome('tensorboard', 'logs'), [0, [both]]);
  });

  it('does not take a later run of DVCLive, which writes the same files anew, for the recorded one', async () => {
    const table = 'dvclive/plots/metrics/loss.tsv';
    const at = Date.now();
    put(join(folder.path, table), `timestamp\tstep\tloss\n${at + 1000}\t0\t1\n`);
    const id = live(at, [table]);
    assert.deepEqual(await outcome('dvclive', 'dvclive'), [0, [id]]);
    utimesSync(join(folder.path, table), at / 1000 + 3600, at / 1000 + 3600);
    assert.deepEqual((await load('dvclive', 'dvclive')).recorded, []);
  });

  it('knows runs of MLflow by their ids, child runs by their own records', async () => {
    const at = 1_700_000_000_000;
    const [main, kid, grandkid] = ['a', 'b', 'c'];
    fileStore(join(folder.path, 'mlruns'), {
      [main]: {},
      [kid]: { tags: { 'mlflow.parentRunId': main } },
      [grandkid]: { tags: { 'mlflow.parentRunId': kid } },
    });
    const child = writeRun(store, {}).id;
    const id = live(
      at,
      [],
      [
        { event: 'experiment', id: '0' },
        { event: 'run', id: main, place: 'main' },
        { event: 'run', id: kid, place: { child } },
      ],
    );
    const { recorded, imported } = await load('mlruns', 'mlruns');
    assert.deepEqual(recorded, [
      { what: main, id },
      { what: kid, id: child },
    ]);
    // A run of which there is no record hangs on the record of its parent.
    assert.equal((await new RunStore(store).summary(imported[0] ?? '')).parent, child);
  });
});

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** As the client noted it. */
function startOf(file: URL): number {
  const reader = new WandbReader();
  reader.push(readFileSync(file), 0);
  assert.ok(reader.startedAt !== undefined);
  return reader.startedAt;
}
