import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import { hostIdentity, identifyProcess } from '../../../src/base/processIdentity.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import type { RunSummary } from '../../../src/runs/runSummary.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { planOf, resultOf, verdictOf, writeRun, writeVerdict } from './recordFixtures.ts';

describe('run store', () => {
  let folder: TemporaryFolder;
  let store: string;
  let runs: RunStore;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = join(folder.path, 'lockstep');
    runs = new RunStore(store);
  });
  afterEach(() => folder.remove());

  it('is empty where there is no store', async () => {
    assert.deepEqual(await runs.list(), []);
    await assert.rejects(runs.resolve('@1'), { code: 'run-not-found' });
  });

  it('tells who shared a run that came from somebody else, also of a list', async () => {
    const own = writeRun(store, { id: ulid(1000) });
    const { id, paths } = writeRun(store, { id: ulid(2000) });
    const origin = {
      remote: 'origin',
      url: 'https://example.org/r.git',
      commit: 'c0',
      fetchedAt: '2026-01-01',
    };
    writeFileSync(paths.shared, JSON.stringify({ schemaVersion: 1, ...origin, sharedBy: 'Ann' }));
    assert.deepEqual(
      (await runs.list()).map(run => [run.id, run.sharedBy]),
      [
        [id, 'Ann'],
        [own.id, undefined],
      ],
    );
    assert.equal((await runs.read(id)).shared?.remote, 'origin');
    writeFileSync(paths.shared, JSON.stringify({ schemaVersion: 1, ...origin }));
    assert.equal((await runs.summary(id)).sharedBy, '');
  });

  it('lists runs newest first with what their records say', async () => {
    const older = writeRun(store, { id: ulid(1000) });
    const newer = writeRun(store, { id: ulid(2000), result: { state: 'failed', exitCode: 3 } });
    const list = await runs.list();
    assert.deepEqual(
      list.map(run => [run.id, run.state, run.exitCode]),
      [
        [newer.id, 'failed', 3],
        [older.id, 'finished', 0],
      ],
    );
    assert.deepEqual(list[1]?.parameters, { lr: 0.1 });
    assert.deepEqual(list[1].metrics, resultOf().metrics);
    assert.equal(list[1].createdAt, planOf(older.id).createdAt);
  });

  it('resolves @n, full ids, parts and names, and lists the candidates of an ambiguous one', async () => {
    const a = writeRun(store, { id: ulid(1000), plan: { name: 'baseline' } });
    const b = writeRun(store, { id: ulid(2000), plan: { name: 'twice' } });
    const c = writeRun(store, { id: ulid(3000), plan: { name: 'twice' } });
    assert.equal(await runs.resolve('@1'), c.id);
    assert.equal(await runs.resolve('@3'), a.id);
    assert.equal(await runs.resolve(b.id.toLowerCase()), b.id);
    assert.equal(await runs.resolve(a.id.slice(-8)), a.id);
    assert.equal(await runs.resolve('baseline'), a.id);
    await assert.rejects(runs.resolve('twice'), (error: Error) => {
      assert.match(error.message, new RegExp(`2 runs:[^]*${c.id}[^]*${b.id}`));
      return true;
    });
    for (const reference of ['@4', '@0', 'nothing', '', '../../etc'])
      await assert.rejects(runs.resolve(reference), { code: 'run-not-found' }, reference);
  });

  it('keeps a name with the run that had it first: no copy that names itself alike takes it away', async () => {
    const origin = { kind: 'mlruns', path: '/mlruns', id: 'a', importedAt: '' };
    const at = (time: number): string => ulid(time);
    const [a, copy, child] = [at(1000), at(3000), at(1001)];
    writeRun(store, { id: a, plan: { name: 'best' } });
    writeRun(store, { id: child, plan: { name: 'trial', parent: a } });
    writeRun(store, { plan: { name: 'best', origin } });
    writeRun(store, { plan: { name: 'best', rerunOf: a } });
    writeRun(store, { id: copy, plan: { name: 'best', reproduces: a } });
    writeRun(store, { plan: { name: 'trial', parent: copy } });
    assert.equal(await runs.resolve('best'), a);
    assert.equal(await runs.resolve('trial'), child);

    // Without an original an imported run is the nearest to one; two of a kind stay ambiguous.
    const imported = writeRun(store, { plan: { name: 'past', origin } }).id;
    writeRun(store, { plan: { name: 'past', reproduces: a } });
    assert.equal(await runs.resolve('past'), imported);
    writeRun(store, { plan: { name: 'past', origin } });
    await assert.rejects(runs.resolve('past'), { code: 'run-ambiguous' });

    // Damaged records that point at each other end in an answer, too.
    const [one, other] = [at(5000), at(6000)];
    writeRun(store, { id: one, plan: { name: 'round', rerunOf: other, parent: other } });
    writeRun(store, { id: other, plan: { name: 'round', rerunOf: one, parent: one } });
    await assert.rejects(runs.resolve('round'), { code: 'run-ambiguous' });
  });

  it('takes fewer than four characters for a name, also where they are part of an id', async () => {
    const { id } = writeRun(store, { id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' });
    const named = writeRun(store, { id: '01BX5ZZKBKACTAV9WEVGEMMVRZ', plan: { name: 'arz' } }).id;
    assert.equal(await runs.resolve('arz'), named);
    assert.equal(await runs.resolve('arz3'), id);
    await assert.rejects(runs.resolve('5fa'), { code: 'run-not-found' });
  });

  it('merges annotations field by field in their order', async () => {
    const { id } = writeRun(store, { plan: { tags: ['a'] } });
    await runs.annotate(id, { name: 'first', addTags: ['b', '__proto__'], star: true });
    await runs.annotate(id, { name: 'second', removeTags: ['a'] });
    await runs.annotate(id, { note: 'kept\nin <b>two</b> lines' });
    const run = await runs.summary(id);
    assert.deepEqual(
      [run.name, run.note, run.tags, run.star, run.archived],
      ['second', 'kept\nin <b>two</b> lines', ['b', '__proto__'], true, false],
    );
    await runs.annotate(id, { name: null });
    assert.equal((await runs.summary(id)).name, undefined);
  });

  it('shows verdicts oldest first', async () => {
    const { id } = writeRun(store);
    const later = verdictOf(id, ulid(), { verdict: 'diverged', at: '2026-02-02T00:00:00.000Z' });
    const earlier = verdictOf(id, ulid(), { at: '2026-02-01T00:00:00.000Z' });
    writeVerdict(store, later);
    writeVerdict(store, earlier);
    assert.deepEqual(
      (await runs.summary(id)).verdicts.map(verdict => verdict.verdict),
      ['identical', 'diverged'],
    );
  });

  it('shows and finds a run by what its launcher wrote, as long as there is no plan', async () => {
    const { id, paths } = writeRun(store, { plan: null, result: null });
    writeFileSync(
      paths.launch,
      JSON.stringify({ schemaVersion: 1, name: 'early', argv: ['python', 'train.py'], tags: ['a'] }),
    );
    assert.equal(await runs.resolve('early'), id);
    const { state, name, argv, tags, problem } = await runs.summary(id);
    assert.deepEqual(
      { state, name, argv, tags, problem },
      { state: 'preparing', name: 'early', argv: ['python', 'train.py'], tags: ['a'], problem: undefined },
    );
  });

  it('finds no fault with a run that was cancelled before it had a plan', async () => {
    const { id, paths } = writeRun(store, {
      plan: null,
      result: JSON.stringify({ schemaVersion: 1, state: 'cancelled', endedAt: '', outputs: [], metrics: {} }),
    });
    writeFileSync(paths.launch, JSON.stringify({ schemaVersion: 1, argv: ['python'] }));
    const { state, argv, problem } = await runs.summary(id);
    assert.deepEqual({ state, argv, problem }, { state: 'cancelled', argv: ['python'], problem: undefined });
  });

  it('costs one record for each bad record', async () => {
    const good = writeRun(store).id;
    const problems: Record<string, string | undefined> = {};
    const expect = (id: string, problem: string | undefined): void => {
      problems[id] = problem;
    };
    expect(good, undefined);
    expect(writeRun(store, { plan: '{"half":' }).id, 'plan.json is not JSON');
    expect(writeRun(store, { plan: '' }).id, 'plan.json is empty');
    expect(writeRun(store, { plan: null }).id, 'plan.json is missing');
    expect(writeRun(store, { plan: 'null' }).id, 'plan.json:  Invalid input: expected object, received null');
    expect(writeRun(store, { plan: { id: good } }).id, 'plan.json belongs to another run');
    const newer = writeRun(store, {
      plan: { schemaVersion: 99, future: { field: 1 } } as object,
    }).id;
    expect(newer, undefined);
    const file = ulid();
    mkdirSync(dirname(runPaths(store, file).dir), { recursive: true });
    writeFileSync(runPaths(store, file).dir, 'not a folder');
    expect(file, 'a file where the run folder should be');
    const loop = ulid();
    mkdirSync(dirname(runPaths(store, loop).dir), { recursive: true });
    symlinkSync(runPaths(store, loop).dir, runPaths(store, loop).dir);
    expect(loop, 'a link that leads to itself where the run folder should be');
    const annotated = writeRun(store);
    mkdirSync(annotated.paths.annotations);
    writeFileSync(join(annotated.paths.annotations, '0.json'), '[]');
    expect(annotated.id, 'annotations/0.json:  Invalid input: expected object, received array');
    mkdirSync(join(store, 'runs', 'ZZ', 'not-a-run-id'), { recursive: true });
    writeFileSync(join(store, 'runs', 'file'), '');

    const list = await runs.list();
    assert.deepEqual(Object.fromEntries(list.map(run => [run.id, run.problem])), problems);
    assert.deepEqual((await runs.read(newer)).plan?.['future'], { field: 1 });
  });

  it('keeps hostile names as they are', async () => {
    const name = `"><script>alert(1)</script>\u0000../..🙂\u202e${'n'.repeat(10_000)}`;
    const metrics = JSON.parse(
      `{"__proto__": 1, "constructor": 2, "a/../b": 3, "": 4, "${'k'.repeat(10_000)}": 5}`,
    ) as Record<string, number>;
    const summaries = Object.fromEntries(
      Object.entries(metrics).map(([key, last]) => [key, { last, lastStep: 0, min: 0, max: 9, count: 1 }]),
    );
    const { id } = writeRun(store, { plan: { name }, result: { metrics: summaries } });
    const run = await runs.summary(id);
    assert.equal(run.name, name);
    assert.equal(run.metrics['a/../b']?.last, 3);
    assert.equal(Object.getPrototypeOf(run.metrics), Object.prototype);
    assert.equal(await runs.resolve(name), id);
  });

  describe('derives the state', () => {
    const processOf = async (change: object): Promise<object> => ({
      schemaVersion: 1,
      ...(await hostIdentity()),
      startedAt: new Date().toISOString(),
      ...change,
    });
    const state = ({ state, stillRunning }: RunSummary): unknown[] => [state, stillRunning];
    const gone = { pid: 4_000_000, startTime: '1' };

    it('of a run whose supervisor lives', async () => {
      const me = await identifyProcess(process.pid);
      const { id } = writeRun(store, {
        result: null,
        process: await processOf({ supervisor: me, child: me }),
      });
      assert.deepEqual(state(await runs.summary(id)), ['running', true]);
    });

    it('of a run whose supervisor is gone, with and without its command', async () => {
      const me = await identifyProcess(process.pid);
      const orphan = writeRun(store, {
        result: null,
        process: await processOf({ supervisor: gone, child: me }),
      });
      const lost = writeRun(store, {
        result: null,
        process: await processOf({ supervisor: gone, child: gone }),
      });
      const reused = writeRun(store, {
        result: null,
        process: await processOf({ supervisor: { pid: process.pid, startTime: '1' }, child: gone }),
      });
      assert.deepEqual(state(await runs.summary(orphan.id)), ['lost', true]);
      assert.deepEqual(state(await runs.summary(lost.id)), ['lost', false]);
      assert.deepEqual(state(await runs.summary(reused.id)), ['lost', false]);
    });

    it('of a run being prepared, and of one on another machine', async () => {
      const preparing = writeRun(store, { result: null, plan: null });
      const elsewhere = writeRun(store, {
        result: null,
        process: await processOf({ host: 'gpu-box', bootId: 'other', supervisor: gone, child: gone }),
      });
      appendFileSync(elsewhere.paths.heartbeat, '1');
      assert.deepEqual(state(await runs.summary(preparing.id)), ['preparing', true]);
      assert.deepEqual(state(await runs.summary(elsewhere.id)), ['running', true]);
    });
  });
});
