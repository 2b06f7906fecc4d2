import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { importRuns, type ImportReport } from '../../../../src/imports/importRuns.ts';
import { readMetricLogs } from '../../../../src/runs/metricLog.ts';
import { RunStore } from '../../../../src/runs/runStore.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { put } from './fileStore.ts';

/** The tables of MLflow 1.0: newer ones add to them. */
const oldest = `
  create table experiments (experiment_id INTEGER NOT NULL, name VARCHAR(256), lifecycle_stage VARCHAR(32),
    CONSTRAINT experiment_pk PRIMARY KEY (experiment_id));
  create table runs (run_uuid VARCHAR(32) NOT NULL, name VARCHAR(250), status VARCHAR(20), start_time BIGINT,
    end_time BIGINT, lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER);
  create table metrics ("key" VARCHAR(250), value FLOAT, timestamp BIGINT, run_uuid VARCHAR(32));
  create table params ("key" VARCHAR(250), value VARCHAR(250), run_uuid VARCHAR(32));
  create table tags ("key" VARCHAR(250), value VARCHAR(5000), run_uuid VARCHAR(32));
  insert into experiments values (0, 'Default', 'active'), (7, 'gone', 'deleted')`;
const newer = `alter table metrics add column step BIGINT DEFAULT '0' NOT NULL;
  alter table metrics add column is_nan BOOLEAN DEFAULT '0' NOT NULL`;

describe('importRuns from mlflow.db', () => {
  let folder: TemporaryFolder;
  let path: string;
  let runs: RunStore;
  beforeEach(async () => {
    folder = await temporaryFolder();
    path = join(folder.path, 'mlflow.db');
    runs = new RunStore(join(folder.path, '.lockstep'));
    change(oldest);
    run('a');
  });
  afterEach(() => folder.remove());

  const change = (sql: string): void => {
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  };
  const run = (id: string, more: Record<string, string | number> = {}): void => {
    const row = {
      status: 'FINISHED',
      stage: 'active',
      uri: `${folder.path}/mlruns/0/${id}/artifacts`,
      experiment: 0,
      ...more,
    };
    change(
      `insert into runs values ('${id}', 'name of ${id}', '${row.status}', 1700000000000, 1700000060000, '${row.stage}', '${row.uri}', ${row.experiment})`,
    );
  };
  const load = (): Promise<ImportReport> =>
    importRuns({
      kind: 'mlflow.db',
      path,
      project: { root: folder.path, store: runs.store },
      toolVersion: '0',
    });

  it('reads the oldest tables, with what is beside them', async () => {
    change(
      `insert into metrics values ('loss', 0.5, 1700000001000, 'a'); insert into params values ('lr', '0.1', 'a')`,
    );
    put(join(folder.path, 'mlruns', '0', 'a', 'artifacts', 'x.txt'), 'x');
    const [id = ''] = (await load()).imported;
    const { dir, plan, result } = await runs.read(id);
    assert.equal(plan?.name, 'name of a');
    assert.equal(result?.reported?.tags['mlflow.experiment'], 'Default');
    assert.deepEqual((await runs.summary(id)).parameters, { lr: 0.1 });
    assert.deepEqual(readdirSync(join(dir, 'artifacts')), ['x.txt']);
    const { series } = await readMetricLogs(dir);
    assert.deepEqual(
      series.map(({ key, steps, times, values }) => [key, ...steps, ...times, ...values]),
      [['loss', 0, 1_700_000_001_000, 0.5]],
    );
  });

  it('tells what SQL cannot hold', async () => {
    change(newer);
    change(`insert into metrics values ('odd', 0, 1, 'a', 0, 1), ('odd', 1.7976931348623157e308, 2, 'a', 1, 0),
      ('odd', -1.7976931348623157e308, 3, 'a', 2, 0), ('odd', 0.25, 4, 'a', 3, 0)`);
    const [id = ''] = (await load()).imported;
    const [odd] = (await readMetricLogs((await runs.read(id)).dir)).series;
    assert.deepEqual([...(odd?.values ?? [])], [Number.NaN, Infinity, -Infinity, 0.25]);
    assert.deepEqual([...(odd?.steps ?? [])], [0, 1, 2, 3]);
  });

  it('renews a run that grew, and no other', async () => {
    run('b');
    assert.equal((await load()).imported.length, 2);
    change(`insert into metrics values ('loss', 1, 1, 'b')`);
    const grown = await load();
    assert.deepEqual([grown.imported.length, grown.renewed.length, grown.unchanged.length], [0, 1, 1]);
    change(`update runs set status = 'FAILED' where run_uuid = 'a'`);
    const [id = ''] = (await load()).renewed;
    assert.equal((await runs.summary(id)).state, 'failed');
  });

  it('leaves out what was deleted, and artifacts that are elsewhere', async () => {
    run('b', { stage: 'deleted' });
    run('c', { experiment: 7 });
    run('d', { uri: 's3://bucket/d/artifacts' });
    run('e', { uri: '/etc' });
    const report = await load();
    assert.deepEqual(report.skipped, [
      { what: 'b', why: 'the run was deleted in MLflow' },
      { what: 'c', why: 'its experiment was deleted in MLflow' },
    ]);
    const warnings = await Promise.all(
      report.imported.map(async id => (await runs.read(id)).result?.warnings ?? []),
    );
    assert.deepEqual(warnings.flat().sort(), [
      'its artifacts are in /etc and were not copied',
      'its artifacts are in s3://bucket/d/artifacts and were not copied',
    ]);
  });

  it('writes nothing to the database or beside it', async () => {
    const before = readFileSync(path);
    await load();
    assert.ok(readFileSync(path).equals(before));
    assert.deepEqual(readdirSync(folder.path).sort(), ['.lockstep', 'mlflow.db']);
  });

  it('refuses a database of something else', async () => {
    path = join(folder.path, 'other.db');
    change('create table t(a)');
    await assert.rejects(load(), { code: 'database-not-mlflow' });
  });
});
