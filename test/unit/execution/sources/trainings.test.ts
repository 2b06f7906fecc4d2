/** Several trainings of one command: which of them is the run itself, which are child runs, and what stays one. */
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import fc from 'fast-check';
import { fileVersion, scalarEvent } from '../../../helpers/eventFileWriter.ts';
import { FollowedRun } from '../../../helpers/followedRun.ts';
import { TrackioDatabase } from '../../../helpers/trackioDatabase.ts';
import { wandbFile } from '../../../helpers/wandbFile.ts';

const seconds = 1_795_354_000;

interface Written {
  readonly folder: string;
  /** When the writer was opened and when its points were logged, in seconds from the start of all. */
  readonly opened: number;
  readonly logged: readonly number[];
  readonly tag?: string;
  readonly pid?: number;
  readonly rank?: number;
}

/** One event file, whose points have the moment that they were logged as value. */
function writeEvents(
  run: FollowedRun,
  { folder, opened, logged, tag = 'loss', pid = 1, rank }: Written,
): void {
  const path = `${folder}/events.out.tfevents.${seconds + Math.floor(opened)}.host.${pid}.0`;
  if (rank !== undefined) run.see(path, { anew: true, rank, pid });
  const events = logged.map((at, step) => scalarEvent(tag, at, step, seconds + at));
  run.write(path, Buffer.concat([fileVersion(seconds + opened), ...events]));
}

const loop = (...folders: readonly string[]): Written[] =>
  folders.map((folder, index) => ({ folder, opened: index * 10, logged: [index * 10 + 1, index * 10 + 2] }));

describe('trainings that write event files', function () {
  this.timeout(120_000);

  const table: [
    title: string,
    written: readonly Written[],
    metrics: readonly string[],
    children: readonly string[],
  ][] = [
    [
      'one after the other in folders beside each other are child runs from the second on',
      loop('runs/lr=0.1', 'runs/lr=0.2', 'runs/lr=0.3'),
      ['loss: 0=1 1=2'],
      ['lr=0.2 | finished | loss: 0=11 1=12', 'lr=0.3 | open | loss: 0=21 1=22'],
    ],
    [
      'that tools name by versions and folds are child runs',
      loop('lightning_logs/version_0', 'lightning_logs/version_1', 'cv/fold_2'),
      ['loss: 0=1 1=2'],
      ['version_1 | finished | loss: 0=11 1=12', 'fold_2 | open | loss: 0=21 1=22'],
    ],
    [
      'named by the clock have no name of their own',
      loop('runs/Nov22_18-00-13_host', 'runs/Nov22_18-00-23_host'),
      ['loss: 0=1 1=2'],
      ['- | open | loss: 0=11 1=12'],
    ],
    [
      'of Keras have both their folders',
      loop('logs/a/train', 'logs/a/validation', 'logs/b/train', 'logs/b/validation'),
      ['train/loss: 0=1 1=2', 'validation/loss: 0=11 1=12'],
      ['b | open | train/loss: 0=21 1=22 | validation/loss: 0=31 1=32'],
    ],
    [
      'with a part in the name of the folder are one',
      loop('runs/exp-train', 'runs/exp-val'),
      ['exp-val/loss: 0=11 1=12', 'loss: 0=1 1=2'],
      [],
    ],
    [
      'have what add_scalars and add_hparams write below',
      [
        ...loop('runs/a', 'runs/a/1795354055.39', 'runs/a/loss_x', 'runs/b', 'runs/b/loss_x'),
        { folder: 'runs/b/1795354155.5', opened: 50, logged: [51], tag: 'hp' },
      ],
      ['loss/x: 0=21 1=22', 'loss: 0=1 1=2 0=11 1=12'],
      ['b | open | hp: 0=51 | loss/x: 0=41 1=42 | loss: 0=31 1=32'],
    ],
    ['that go on in their folder are one', loop('runs/a', 'runs/a'), ['loss: 0=1 1=2 0=11 1=12'], []],
    [
      'whose writers are open side by side are parts of one, and of the second one, too',
      [
        { folder: 'runs/gen', opened: 0, logged: [2, 4] },
        { folder: 'runs/disc', opened: 1, logged: [3, 5] },
        { folder: 'runs2/gen', opened: 10, logged: [12, 14] },
        { folder: 'runs2/disc', opened: 11, logged: [13, 15] },
      ],
      ['disc/loss: 0=3 1=5', 'loss: 0=2 1=4'],
      ['gen | open | disc/loss: 0=13 1=15 | loss: 0=12 1=14'],
    ],
    [
      'of other metrics are parts of one',
      [...loop('runs/pretrain'), { folder: 'runs/tune', opened: 10, logged: [11], tag: 'reward' }],
      ['loss: 0=1 1=2', 'tune/reward: 0=11'],
      [],
    ],
    [
      'below the folder of the first are parts of it',
      loop('runs', 'runs/x', 'runs/y'),
      ['loss: 0=1 1=2', 'x/loss: 0=11 1=12', 'y/loss: 0=21 1=22'],
      [],
    ],
    [
      'of ranks are one, and so is their second',
      [
        { folder: 'runs/a', opened: 0, logged: [1], rank: 0 },
        { folder: 'runs/a-of-1', opened: 2, logged: [3], rank: 1, pid: 2 },
        { folder: 'runs/b', opened: 10, logged: [11], rank: 0 },
        { folder: 'runs/b-of-1', opened: 12, logged: [13], rank: 1, pid: 2 },
      ],
      ['a-of-1/loss[1]: 0=3', 'loss[0]: 0=1'],
      ['b | open | b-of-1/loss[1]: 0=13 | loss[0]: 0=11'],
    ],
    [
      'of several processes at once are parts of one, those that follow on too',
      [
        { folder: 'runs/a', opened: 0, logged: [2, 4] },
        { folder: 'runs/b', opened: 1, logged: [3, 5], pid: 2 },
        { folder: 'runs/c', opened: 6, logged: [7], pid: 3 },
      ],
      ['b/loss: 0=3 1=5', 'c/loss: 0=7', 'loss: 0=2 1=4'],
      [],
    ],
  ];
  for (const [title, written, metrics, children] of table)
    it(title, async () => {
      await using run = await FollowedRun.open();
      run.follow();
      // One after the other, as they come.
      for (const [index, one] of written.entries()) {
        writeEvents(run, one);
        if (index % 2 === 1) continue;
        await run.finish();
        run.follow();
      }
      await run.finish();
      assert.deepEqual([await run.metrics(), await run.children()], [metrics, children]);
      // All at once, as after a quick script.
      await using quick = await FollowedRun.open();
      for (const one of written) writeEvents(quick, one);
      quick.follow();
      await quick.finish();
      assert.deepEqual([await quick.metrics(), await quick.children()], [metrics, children]);
      assert.deepEqual([run.problems, quick.problems], [[], []]);
    });

  it('keep what they said before their first metric', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    for (const [index, folder] of ['lightning_logs/version_0', 'lightning_logs/version_1'].entries()) {
      run.write(`${folder}/hparams.yaml`, `seed: ${index}\n`);
      await run.finish();
      run.follow();
      writeEvents(run, { folder, opened: index * 10, logged: [index * 10 + 1] });
    }
    await run.finish();
    assert.deepEqual(run.reported().parameters, { seed: 0 });
    assert.deepEqual(await run.children(), ['version_1 | open | seed=1 | loss: 0=11']);
  });
});

describe('trainings that log with DVCLive', function () {
  this.timeout(120_000);

  const log = (run: FollowedRun, folder: string, values: readonly number[], from = 0): void => {
    if (from === 0) run.write(`${folder}/params.yaml`, `lr: ${values[0] ?? ''}\n`);
    for (const [index, value] of values.entries()) {
      const step = from + index;
      const table = `${folder}/plots/metrics/train/loss.tsv`;
      run.append(table, `${step === 0 ? 'step\tloss\n' : ''}${step}\t${value}\n`);
      run.write(`${folder}/metrics.json`, JSON.stringify({ train: { loss: value }, step, best: value }));
    }
  };
  const clean = (run: FollowedRun, folder: string): void => {
    for (const name of ['plots', 'metrics.json', 'params.yaml'])
      if (existsSync(run.path(`${folder}/${name}`)))
        rmSync(run.path(`${folder}/${name}`), { recursive: true });
  };

  it('into one folder, one after the other, are child runs from the second on, also the same numbers again', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    for (let place = 0; place < 3; place++) {
      clean(run, 'dvclive');
      log(run, 'dvclive', [3, 2]);
      await run.until(['best: 1=2', 'train/loss: 0=3 1=2']);
      const child = (number: number): string =>
        `dvclive ${number} | ${number === place + 1 ? 'open' : 'finished'} | lr=3 | best: 1=2 | train/loss: 0=3 1=2`;
      await run.untilChildren(Array.from({ length: place }, (_, index) => child(index + 2)));
      // Another supervisor meets the files of the newest alone.
      if (place === 1) run.follow();
    }
    await run.finish();
    assert.deepEqual(await run.metrics(), ['best: 1=2', 'train/loss: 0=3 1=2']);
    run.endCommand('failed');
    assert.deepEqual(
      (await run.children()).map(line => line.split(' | ').slice(0, 2)),
      [
        ['dvclive 2', 'finished'],
        ['dvclive 3', 'failed'],
      ],
    );
  });

  it('into folders of their own are child runs, and one that is resumed is not', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    log(run, 'out/a', [3, 2]);
    await run.until(['best: 1=2', 'train/loss: 0=3 1=2']);
    log(run, 'out/b', [6]);
    await run.untilChildren(['b | open | lr=6 | best: 0=6 | train/loss: 0=6']);
    log(run, 'out/a', [1], 2);
    await run.until(['best: 1=2 2=1', 'train/loss: 0=3 1=2 2=1']);
    assert.equal((await run.children()).length, 1);
  });
});

describe('trainings that log with W&B', function () {
  this.timeout(120_000);
  const path = (id: string, second = 0): string =>
    `wandb/offline-run-20261122_18000${second}-${id}/run-${id}.wandb`;

  it('are child runs from the second on, with their own name, parameters and end; one that is resumed is one', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    const file = (start: number, more: Partial<Parameters<typeof wandbFile>[0]> = {}): Buffer =>
      wandbFile({ start, config: { seed: start }, history: [{ loss: start }], exitCode: 0, ...more });
    run.write(path('bbb'), file(1));
    await run.until(['loss: 0=1']);
    run.write(path('aaa', 1), file(2, { name: 'two' }));
    run.write(path('ccc', 2), file(3, { exitCode: 1 }));
    await run.untilChildren(['two | finished | seed=2 | loss: 0=2', '- | failed | seed=3 | loss: 0=3']);
    run.write(path('aaa', 3), file(4, { name: 'two' }));
    await run.untilChildren(['two | finished | seed=4 | loss: 0=2 0=4', '- | failed | seed=3 | loss: 0=3']);
    run.follow();
    await run.finish();
    assert.deepEqual(await run.metrics(), ['loss: 0=1']);
    assert.deepEqual(run.reported().parameters, { seed: 1 });
    assert.deepEqual((await run.children()).map(line => line.split(' | ')[1]).toSorted(), [
      'failed',
      'finished',
    ]);
  });
});

describe('trainings that log with trackio', function () {
  this.timeout(120_000);

  it('are child runs from the second on, in its database', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    const database = new TrackioDatabase(run.path('trackio'), run.startedAt);
    run.see('trackio/my digits.db', {});
    for (const [index, name] of ['one', 'two'].entries()) {
      database.config(name, { lr: index });
      database.log(name, 0, { loss: index });
      database.system(name, { 'gpu/util': index });
    }
    await run.untilChildren(['two | open | lr=1 | gpu/util: 0=1 | loss: 0=1']);
    run.follow();
    database.log('one', 1, { loss: 7 });
    database.log('two', 1, { loss: 8 });
    database.close();
    await run.finish();
    assert.deepEqual(await run.children(), ['two | open | lr=1 | gpu/util: 0=1 | loss: 0=1 1=8']);
    assert.deepEqual(await run.metrics(), ['gpu/util: 0=0', 'loss: 0=0 1=7']);
    assert.deepEqual(run.reported().parameters, { lr: 0 });
  });

  it('are child runs from the second on, in its fragments', async () => {
    await using run = await FollowedRun.open();
    run.follow({ environment: { TRACKIO_DIR: run.path('trackio') } });
    const line = (id: string, step: number, loss: number): string =>
      `${JSON.stringify({ v: 1, kind: 'metric', project: 'p', run: `run ${id}`, run_id: id, step, metrics: { loss }, config: { id } })}\n`;
    run.write('trackio/inbox/w1/0000.jsonl', line('a', 0, 1) + line('b', 0, 2) + line('a', 1, 3));
    run.write('trackio/inbox/w1/0001.jsonl', line('b', 1, 4));
    await run.finish();
    assert.deepEqual(await run.metrics(), ['loss: 0=1 1=3']);
    assert.deepEqual(await run.children(), ['run b | open | id=b | loss: 0=2 1=4']);
  });
});

describe('trainings of a command whose supervisors are killed', function () {
  this.timeout(120_000);

  it('are given to the same runs again, each point once', async () => {
    const step = fc.record({ training: fc.integer({ min: 0, max: 3 }), kill: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async steps => {
        await using run = await FollowedRun.open();
        run.follow();
        const logged = new Map<number, number[]>();
        const written = new Map<number, number>();
        const shown = ([, values]: readonly [number, readonly number[]]): string =>
          `loss: ${values.map((value, place) => `${place}=${value}`).join(' ')}`;
        for (const [index, { training, kill }] of steps.entries()) {
          const path = `wandb/run-${training}/run-${training}.wandb`;
          logged.set(training, [...(logged.get(training) ?? []), index]);
          const history = (logged.get(training) ?? []).map(loss => ({ loss }));
          const file = wandbFile({ start: 1, name: `${training}`, history });
          run.append(path, file.subarray(written.get(training) ?? 0));
          written.set(training, file.length);
          const [first, ...others] = [...logged];
          assert.ok(first);
          await run.until([shown(first)]);
          await run.untilChildren(others.map(other => `${other[0]} | open | ${shown(other)}`));
          if (kill) run.follow();
        }
        await run.finish();
        assert.equal((await run.children()).length, logged.size - 1);
      }),
      { numRuns: 15 },
    );
  });
});
