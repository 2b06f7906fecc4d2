import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { importRuns, type ImportReport } from '../../../src/imports/importRuns.ts';
import { readMetricLogs } from '../../../src/runs/metricLog.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import type { TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { fileStore, put } from './mlflow/fileStore.ts';

describe('importRuns from mlruns', () => {
  let folder: TemporaryFolder;
  let mlruns: string;
  let runs: RunStore;
  beforeEach(async () => {
    folder = await temporaryFolder();
    mlruns = join(folder.path, 'mlruns');
    runs = new RunStore(join(folder.path, '.lockstep'));
  });
  afterEach(() => folder.remove());

  const load = (more: Partial<Parameters<typeof importRuns>[0]> = {}): Promise<ImportReport> =>
    importRuns({
      kind: 'mlruns',
      path: mlruns,
      project: { root: folder.path, store: runs.store },
      toolVersion: '1.2.3',
      ...more,
    });
  const one = (report: ImportReport): string => {
    assert.equal(report.imported.length, 1);
    return report.imported[0] ?? '';
  };

  it('makes a record of what the run was', async () => {
    fileStore(mlruns, {
      a: {
        metrics: { loss: '1700000001000 1.0 0\n1700000002000 nan 1\n', 'val/acc': '1700000001000 0.5 0\n' },
        params: { lr: '0.1', 'deep/name': 'x', none: 'None', flag: 'True', exact: '12345678901234567890' },
        tags: {
          team: 'vision',
          'mlflow.source.name': '/proj/train.py',
          'mlflow.note.content': 'a note\nof lines',
        },
        artifacts: { 'notes/a.txt': 'hello' },
      },
    });
    const id = one(await load());
    const summary = await runs.summary(id);
    assert.equal(summary.name, 'name of a');
    assert.equal(summary.state, 'finished');
    assert.equal(summary.durationMs, 60_000);
    assert.equal(summary.createdAt, '2023-11-14T22:13:20.000Z');
    assert.deepEqual(summary.argv, ['/proj/train.py']);
    assert.deepEqual(summary.parameters, {
      ...{ 'deep/name': 'x', exact: '12345678901234567890', flag: true, lr: 0.1, none: null },
    });
    assert.deepEqual(Object.keys(summary.metrics), ['loss', 'val/acc']);
    const { plan, result, dir, problems } = await runs.read(id);
    assert.deepEqual(problems, []);
    assert.equal(plan?.origin?.kind, 'mlruns');
    assert.equal(plan.origin.id, 'a');
    assert.equal(result?.reported?.note, 'a note\nof lines');
    assert.equal(result.reported.tags['team'], 'vision');
    assert.equal(result.reported.tags['mlflow.experiment'], 'exp');
    assert.equal(readFileSync(join(dir, 'artifacts', 'notes', 'a.txt'), 'utf8'), 'hello');
    const { series } = await readMetricLogs(dir);
    assert.deepEqual(
      series.map(({ key, values }) => [key, ...values]),
      [
        ['loss', 1, Number.NaN],
        ['val/acc', 0.5],
      ],
    );
  });

  it('adds nothing the second time, and renews a run that grew, with what people said about it', async () => {
    fileStore(mlruns, { a: { metrics: { loss: '1 1 0\n' }, artifacts: { old: 'x' } }, b: {} });
    const first = await load();
    const id = first.imported[0] ?? '';
    await runs.annotate(id, { name: 'mine', star: true });
    const second = await load();
    assert.deepEqual([second.imported, second.renewed, second.unchanged.length], [[], [], 2]);

    appendFileSync(join(mlruns, '1', 'a', 'metrics', 'loss'), '2 0.5 1\n');
    put(join(mlruns, '1', 'a', 'artifacts', 'new'), 'y');
    const third = await load();
    assert.deepEqual([third.imported, third.renewed, third.unchanged.length], [[], [id], 1]);
    const summary = await runs.summary(id);
    assert.deepEqual([summary.name, summary.star, summary.metrics['loss']?.last], ['mine', true, 0.5]);
    const { dir } = runPaths(runs.store, id);
    assert.deepEqual(readdirSync(join(dir, 'artifacts')), ['new', 'old']);
    assert.equal((await runs.list()).length, 2);
  });

  it('nests runs, also when the source names no parent or goes in a circle', async () => {
    const parent = (id: string): { tags: Record<string, string> } => ({ tags: { 'mlflow.parentRunId': id } });
    fileStore(mlruns, {
      kid: parent('top'),
      top: {},
      orphan: parent('nobody'),
      own: parent('own'),
      x: parent('y'),
      y: parent('x'),
    });
    const { imported } = await load();
    const all = await runs.list();
    assert.equal(imported.length, 6);
    const idOf = (name: string): string | undefined => all.find(run => run.name === `name of ${name}`)?.id;
    for (const run of all)
      assert.equal(run.parent, run.name === 'name of kid' ? idOf('top') : undefined, run.name);
  });

  it('leaves removed runs removed, and brings them back when asked', async () => {
    fileStore(mlruns, { a: {}, kid: { tags: { 'mlflow.parentRunId': 'a' } } });
    const first = await load();
    const top = (await runs.list()).find(run => run.parent === undefined)?.id ?? '';
    await runs.annotate(top, { note: 'kept' });
    await runs.remove(first.imported);
    const second = await load();
    assert.equal(second.imported.length, 0);
    assert.deepEqual(
      second.skipped.map(({ what }) => what),
      ['a', 'kid'],
    );
    const again = await load({ again: true });
    assert.equal(again.skipped.length, 0);
    assert.equal((await runs.list()).length, 2);
    assert.equal((await runs.summary(top)).note, 'kept');
  });

  it('tells each state, and lets an unfinished run be lost, not running', async () => {
    fileStore(mlruns, {
      finished: { meta: { status: 3 } },
      failed: { meta: { status: 4 } },
      killed: { meta: { status: 5 } },
      running: { meta: { status: 1, end_time: null }, metrics: { loss: '1700000005000 1 0\n' } },
      strange: { meta: { status: 77 } },
      endless: { meta: { status: 3, end_time: null }, metrics: { loss: '1700000005000 1 0\n' } },
    });
    await load();
    const states = Object.fromEntries((await runs.list()).map(run => [(run.name ?? '').slice(8), run.state]));
    assert.deepEqual(states, {
      ...{ finished: 'finished', failed: 'failed', killed: 'cancelled', running: 'lost', strange: 'lost' },
      endless: 'finished',
    });
    const endless = (await runs.list()).find(run => run.name === 'name of endless');
    assert.equal(endless?.durationMs, 5000);
    assert.ok((await runs.list()).every(run => !run.stillRunning));
  });

  it('says what it leaves out', async () => {
    fileStore(mlruns, { gone: { meta: { lifecycle_stage: 'deleted' } }, good: {} });
    fileStore(mlruns, { any: {} }, { experiment_id: '2', name: 'old one', lifecycle_stage: 'deleted' });
    mkdirSync(join(mlruns, '1', 'empty'));
    put(join(mlruns, '1', 'torn', 'meta.yaml'), 'a: [');
    put(join(mlruns, '.trash', '9', 'meta.yaml'), '');
    const report = await load();
    assert.equal(report.imported.length, 1);
    assert.deepEqual(
      report.skipped.map(({ what, why }) => `${what}: ${why}`),
      [
        'empty: it has no meta.yaml',
        'gone: the run was deleted in MLflow',
        'torn: its meta.yaml is not YAML',
        'old one: the experiment was deleted in MLflow',
        '9: the experiment was deleted in MLflow',
      ],
    );
  });

  it('follows no link, copies nothing from elsewhere, and keeps values small', async () => {
    const secret = join(folder.path, 'secret');
    put(join(secret, 'a', 'artifacts', 'key'), 'private');
    fileStore(mlruns, {
      a: { params: { huge: 'x'.repeat(10_000_000), api_key: 'sk-abcdefghijklmnopqrstuv' } },
      b: { meta: { artifact_uri: `file://${secret.replaceAll(' ', '%20')}` } },
    });
    const run = join(mlruns, '1', 'a');
    mkdirSync(join(run, 'artifacts'));
    symlinkSync(secret, join(run, 'artifacts', 'out'));
    symlinkSync(join(secret, 'a', 'artifacts', 'key'), join(run, 'params', 'stolen'));
    mkdirSync(join(run, 'metrics'));
    symlinkSync('/dev/zero', join(run, 'metrics', 'endless'));
    symlinkSync(secret, join(mlruns, '1', 'linked'));
    const report = await load();
    assert.equal(report.imported.length, 2);
    assert.deepEqual(report.skipped, [{ what: 'linked', why: 'a link is not followed' }]);
    for (const id of report.imported) {
      const { result, plan, dir } = await runs.read(id);
      const kept = JSON.stringify([plan, result]);
      assert.ok(kept.length < 20_000);
      assert.ok(!kept.includes('sk-abcdef') && !kept.includes('private'));
      assert.ok(!existsSync(join(dir, 'artifacts', 'out')));
      assert.ok(result !== undefined && result.warnings.length > 0, kept);
    }
  });

  it('copies small artifacts and says which it left', async () => {
    fileStore(mlruns, { a: { artifacts: { small: 'x' } } });
    writeFileSync(join(mlruns, '1', 'a', 'artifacts', 'large'), Buffer.alloc(65 * 1024 * 1024));
    const { result, dir } = await runs.read(one(await load()));
    assert.deepEqual(readdirSync(join(dir, 'artifacts')), ['small']);
    assert.match(
      result?.warnings.join() ?? '',
      /^1 file \(69 MB\) of artifacts were not copied and are still in /,
    );
  });

  it('leaves whole records only when it is stopped, and goes on from there', async () => {
    fileStore(mlruns, Object.fromEntries(Array.from({ length: 20 }, (_, place) => [`run${place}`, {}])));
    const stop = new AbortController();
    const stopped = load({
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done === 7) stop.abort(new Error('stopped'));
      },
    });
    await assert.rejects(stopped, { message: 'stopped' });
    const before = await runs.list();
    assert.ok(before.length >= 7 && before.length < 20);
    assert.ok(before.every(run => run.problem === undefined));
    const rest = await load();
    assert.equal(rest.unchanged.length, before.length);
    assert.equal(rest.imported.length + before.length, 20);
    const shards = join(runs.store, 'runs');
    assert.ok(
      readdirSync(shards).every(shard =>
        readdirSync(join(shards, shard)).every(name => !name.startsWith('.')),
      ),
    );
  });

  it('completes a record that was left half renewed', async () => {
    fileStore(mlruns, { a: { metrics: { loss: '1 1 0\n' } } });
    const id = one(await load());
    writeFileSync(runPaths(runs.store, id).plan, '');
    assert.deepEqual((await load()).renewed, [id]);
    assert.equal((await runs.summary(id)).problem, undefined);
  });

  it('ends in records and skipped ones, whatever stands in the folder', async () => {
    const name = fc
      .oneof(
        fc.string({ minLength: 1, maxLength: 12 }),
        fc.constantFrom('__proto__', '...', 'a b', '\u202e', '%2e%2e', '-rf'),
      )
      .filter(text => !/[/\0]/.test(text) && text !== '.' && text !== '..');
    const content = fc.oneof(
      fc.string(),
      fc.constantFrom('1 1 1\n', '9e99 nan -0\n', 'status: 3\n', '&a [*a]', 'a: &a\n  - *a'),
    );
    const part = fc.constantFrom('metrics', 'params', 'tags', 'inputs', 'outputs', 'artifacts', '');
    const files = fc.array(fc.tuple(name, part, name, content), { maxLength: 12 });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(files, async all => {
        const store = join(folder.path, `mlruns ${round}`);
        fileStore(store, { sound: {} });
        for (const [run, folderOf, file, text] of all)
          try {
            put(join(store, '1', run, folderOf, file), text);
            put(join(store, '1', run, 'meta.yaml'), text.startsWith('1') ? 'run_name: x\nstatus: 3\n' : text);
          } catch {
            // One name as a file and as a folder.
          }
        const own = new RunStore(join(folder.path, `store ${round++}`));
        const report = await load({ path: store, project: { root: folder.path, store: own.store } });
        const found = await own.list();
        assert.equal(found.length, report.imported.length);
        assert.ok(report.imported.length >= 1);
        for (const run of found) assert.equal(run.problem, undefined);
      }),
      { numRuns: 60 },
    );
  });

  it('says that there is nothing', async () => {
    mkdirSync(mlruns);
    await assert.rejects(load(), { code: 'nothing-to-import' });
    await assert.rejects(load({ path: join(mlruns, 'nowhere') }), { code: 'import-path-unreadable' });
  });
});
