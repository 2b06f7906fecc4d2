import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { RecordedRuns } from '../../../src/execution/recordedRuns.ts';
import { supervisorLog } from '../../../src/execution/supervisorLog.ts';
import { identifyProcess, hostIdentity } from '../../../src/base/processIdentity.ts';
import { captured } from '../../../src/runs/known.ts';
import type { Code } from '../../../src/runs/plan.ts';
import type { ProcessRecord } from '../../../src/runs/processRecord.ts';
import { resultSchema } from '../../../src/runs/result.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import type { TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { planOf } from '../runs/recordFixtures.ts';

const point = (key: string, step: number, value: number) => ({ key, step, time: 1, value });

describe('RecordedRuns', () => {
  let folder: TemporaryFolder;
  let store: string;
  let id: string;
  let processes: ProcessRecord;
  const code: Code = {
    rootCommits: ['a'],
    remotes: {},
    headOnRemote: captured(true),
    tree: 'b',
    changed: [{ path: 'train.py', status: 'M' }],
    changedCount: 1,
    gaps: [],
    submodules: [],
    settings: {},
  };

  beforeEach(async () => {
    folder = await temporaryFolder();
    store = join(folder.path, 'lockstep');
    id = ulid();
    const paths = runPaths(store, id);
    mkdirSync(paths.dir, { recursive: true });
    writeFileSync(paths.heartbeat, 'now\n');
    writeFileSync(paths.plan, JSON.stringify(planOf(id, { code: captured(code) })));
    processes = {
      schemaVersion: 1,
      ...(await hostIdentity()),
      supervisor: { ...(await identifyProcess(process.pid)), pid: process.pid },
      child: { ...(await identifyProcess(process.pid)), pid: process.pid },
      startedAt: new Date().toISOString(),
    };
    writeFileSync(paths.process, JSON.stringify(processes));
  });
  afterEach(() => folder.remove());

  function open(): RecordedRuns {
    const runs = new RecordedRuns({
      ...{ id, store },
      log: supervisorLog(join(folder.path, 'log')),
      changed: () => undefined,
    });
    runs.plan = planOf(id, { code: captured(code) });
    runs.processes = processes;
    return runs;
  }

  it('makes a child run of its own right, with the surroundings of its parent', async () => {
    const child = open().startChild({ name: 'trial', startedAt: Date.UTC(2026, 1, 1) });
    child.points([point('loss', 1, 0.5), point('loss', 2, NaN)], [{ source: 'event file', offset: 2 }]);
    child.report({ parameters: { lr: 0.1 }, tags: { kind: 'sweep' }, note: 'first' });
    child.media({ kind: 'text', key: 'sample', step: 1, time: 1, text: 'hello' });
    const details = await new RunStore(store).read(child.id);
    assert.equal(details.plan?.parent, id);
    assert.equal(details.plan.name, 'trial');
    assert.equal(details.state, 'running');
    assert.equal(details.plan.createdAt, '2026-02-01T00:00:00.000Z');
    assert.deepEqual(details.plan.code, captured({ ...code, changed: [] }));
    assert.deepEqual(details.plan.parameters, {});
    assert.deepEqual(details.reported?.tags, { kind: 'sweep' });
    assert.equal(child.progress('event file'), 2);
    const [series] = await child.series();
    assert.deepEqual([...(series?.steps ?? [])], [1, 2]);
    assert.match(readFileSync(child.paths.media, 'utf8'), /"hello"/);
    assert.equal(statSync(child.paths.heartbeat).ino, statSync(runPaths(store, id).heartbeat).ino);
    assert.equal((await new RunStore(store).read(id)).reported?.childRuns, 1);
  });

  it('renews the result each time a child run ends, and takes it away while it goes on', async () => {
    const runs = open();
    const child = runs.startChild({ startedAt: 1000 });
    const result = () => resultSchema.parse(JSON.parse(readFileSync(child.paths.result, 'utf8')));
    child.points([point('loss', 1, 0.5)]);
    child.end({ state: 'failed', endedAt: 3000 });
    assert.deepEqual(
      [result().state, result().durationMs, result().metrics['loss']?.count],
      ['failed', 2000, 1],
    );
    child.resume();
    assert.equal((await new RunStore(store).read(child.id)).state, 'running');
    child.points([point('loss', 2, 0.25)]);
    child.report({ parameters: { lr: 0.1 } });
    child.end({ state: 'finished', endedAt: 4000 });
    assert.deepEqual([result().state, result().metrics['loss']?.last], ['finished', 0.25]);
    // What comes after the end is not lost on the result.
    child.report({ tags: { late: 'yes' } });
    assert.deepEqual(result().reported?.tags, { late: 'yes' });
    assert.equal(result().reportedParameters['lr']?.value, 0.1);
  });

  it('knows after a replacement what an earlier supervisor started, and ends what is open', async () => {
    const first = open();
    const ended = first.startChild({ startedAt: 1000 });
    ended.end({ state: 'finished', endedAt: 2000 });
    const left = first.startChild({ startedAt: 1000, name: 'left' });
    left.points([point('loss', 1, 1)], [{ source: 'log', offset: 9 }]);
    const nested = first.startChild({ startedAt: 1500, parent: left.id });
    const removed = first.startChild({ startedAt: 1000 });
    rmSync(removed.paths.dir, { recursive: true });
    appendFileSync(runPaths(store, id).children, '{"id":"01');

    const second = open();
    assert.equal(second.child(removed.id), undefined);
    assert.equal(second.child('unknown'), undefined);
    assert.equal(second.child(left.id)?.progress('log'), 9);
    const late = second.startChild({ startedAt: 1000 });
    second.endOpenChildren('failed', new Date(5000).toISOString());
    second.close();
    const runStore = new RunStore(store);
    const states = async (...ids: string[]) =>
      Promise.all(ids.map(async one => (await runStore.read(one)).state));
    assert.deepEqual(await states(ended.id, left.id, nested.id, late.id), [
      'finished',
      'failed',
      'failed',
      'failed',
    ]);
    const { result } = await runStore.read(left.id);
    assert.equal(result?.metrics['loss']?.last, 1);
    assert.equal(result.failure?.code, 'parent-failed');
    assert.equal((await runStore.read(nested.id)).plan?.parent, left.id);
    assert.equal((await runStore.read(left.id)).reported?.childRuns, 1);
  });

  it('drops after a replacement what was begun and never spoken of, and nothing else', async () => {
    const first = open();
    const named = first.startChild({ startedAt: 1000 });
    const logged = first.startChild({ startedAt: 1000 });
    logged.points([point('loss', 1, 1)]);
    const ended = first.startChild({ startedAt: 1000 });
    ended.end({ state: 'finished', endedAt: 2000 });
    const unborn = first.startChild({ startedAt: 1000 });
    const second = open();
    second.dropUnborn(one => one === named.id);
    const left = (await new RunStore(store).list()).filter(run => run.parent === id).map(run => run.id);
    assert.deepEqual(left.sort(), [named.id, logged.id, ended.id].sort());
    assert.equal(second.child(unborn.id), undefined);
    assert.equal((await new RunStore(store).read(id)).reported?.childRuns, 3);
  });

  it('keeps few files open however many child runs log in turn', async function () {
    if (process.platform !== 'linux') this.skip();
    const openFiles = (): number => readdirSync('/proc/self/fd').length;
    const before = openFiles();
    const runs = open();
    const children = Array.from({ length: 300 }, (_, index) => runs.startChild({ startedAt: index }));
    for (let step = 0; step < 3; step++)
      for (const child of children) child.points([point('loss', step, step)]);
    assert.ok(openFiles() - before < 50, `${openFiles() - before} more open files`);
    for (const child of children) child.end({ state: 'finished', endedAt: 2000 });
    runs.close();
    assert.ok(openFiles() - before < 10);
    const [last] = await new RunStore(store).list();
    assert.equal(last?.metrics['loss']?.count, 3);
  });

  it('refuses a child run before there is a plan', () => {
    const runs = new RecordedRuns({ ...{ id, store }, log: supervisorLog(), changed: () => undefined });
    assert.throws(() => runs.startChild({ startedAt: 1 }), { code: 'record-not-written' });
  });
});
