import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { fileVersion, scalarEvent } from '../../../helpers/eventFileWriter.ts';
import { runPathsIn } from '../../../../src/runs/runPaths.ts';
import { FollowedRun } from '../../../helpers/followedRun.ts';

/** As a run says that a file is its own. */
const claim = (path: string): string => `${JSON.stringify({ k: 'w', p: path })}\n`;

const rules = (path: string) => ({ files: [{ path }], patterns: [] });

describe('followSources', function () {
  this.timeout(120_000);

  it('takes in a table while it grows, its last row without a line end too', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    run.write('logs/history.csv', 'epoch,loss\n0,0.5\n');
    await run.until(['loss: 0=0.5']);
    run.append('logs/history.csv', '1,0.25\n2,0.1');
    await run.until(['loss: 0=0.5 1=0.25']);
    await run.finish();
    assert.deepEqual(await run.metrics(), ['loss: 0=0.5 1=0.25 2=0.1']);
    assert.deepEqual(run.problems, []);
  });

  it('counts nothing that was there before', async () => {
    await using run = await FollowedRun.open({
      'old.csv': 'epoch,loss\n0,9\n',
      'grows.csv': 'epoch,loss\n0,9\n1,8\n',
      'named.jsonl': '{"step": 1, "a": 9}\n',
    });
    const sources = run.follow({ rules: rules('*.jsonl') });
    run.append('grows.csv', '2,7\n');
    run.append('named.jsonl', '{"step": 2, "a": 8}\n');
    // Before anything was looked at: from the times alone it cannot be told what is old.
    run.see('grows.csv', { s: 'epoch,loss\n0,9\n1,8\n'.length });
    run.see('named.jsonl', { s: '{"step": 1, "a": 9}\n'.length });
    await run.until(['a: 2=8', 'loss: 2=7']);
    await sources.finish();
    assert.deepEqual(await run.metrics(), ['a: 2=8', 'loss: 2=7']);
    assert.deepEqual(run.problems, []);
  });

  it('counts what a program writes over an old file, and waits until it does', async () => {
    await using run = await FollowedRun.open({ 'history.csv': 'epoch,loss\n0,9\n1,8\n' });
    run.see('history.csv', { anew: true, s: 19 });
    run.follow();
    run.write('live.csv', 'epoch,a\n0,1\n');
    await run.until(['a: 0=1']);
    run.write('history.csv', 'epoch,loss\n0,0.5\n');
    await run.until(['a: 0=1', 'loss: 0=0.5']);
    await run.finish();
    assert.deepEqual(await run.metrics(), ['a: 0=1', 'loss: 0=0.5']);
  });

  it('takes each row once when the file is written anew with more columns', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    run.write('lightning_logs/version_0/metrics.csv', 'step,a\n0,1\n1,2\n');
    await run.until(['a: 0=1 1=2']);
    run.write('lightning_logs/version_0/metrics.csv', 'step,a,b\n0,1,\n1,2,\n2,,5\n');
    await run.until(['a: 0=1 1=2', 'b: 2=5']);
  });

  for (const way of ['write', 'replace'] as const)
    it(`takes each JSON line once when the file is begun anew (${way})`, async () => {
      await using run = await FollowedRun.open();
      run.follow({ rules: rules('out/*.jsonl') });
      const line = (step: number, loss: number): string => `{"step": ${step}, "loss": ${loss}}\n`;
      run.write('out/log.jsonl', line(0, 1) + line(1, 2));
      await run.until(['loss: 0=1 1=2']);
      // The same lines and one more, then other ones.
      run[way]('out/log.jsonl', line(0, 1) + line(1, 2) + line(2, 3));
      await run.until(['loss: 0=1 1=2 2=3']);
      run[way]('out/log.jsonl', line(0, 7));
      await run.until(['loss: 0=1 1=2 2=3 0=7']);
      await run.finish();
      assert.deepEqual(await run.metrics(), ['loss: 0=1 1=2 2=3 0=7']);
    });

  it('reads the rest of a file that was moved away, and goes on with the new one', async () => {
    await using run = await FollowedRun.open();
    run.follow({ rules: rules('log.jsonl') });
    run.write('log.jsonl', '{"step": 0, "a": 1}\n');
    await run.until(['a: 0=1']);
    run.append('log.jsonl', '{"step": 1, "a": 2}\n');
    run.replace('log.jsonl', '{"step": 2, "a": 3}\n');
    await run.until(['a: 0=1 1=2 2=3']);
  });

  it('keeps what a library deletes: DVCLive cleans its folder for each new Live', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    const live = (values: readonly number[]): void => {
      values.forEach((value, step) => {
        run.append('dvclive/plots/metrics/train/loss.tsv', step === 0 ? 'step\tloss\n' : '');
        run.append('dvclive/plots/metrics/train/loss.tsv', `${step}\t${value}\n`);
        run.write('dvclive/metrics.json', JSON.stringify({ train: { loss: value }, step }));
      });
    };
    live([3, 2]);
    await run.until(['train/loss: 0=3 1=2']);
    rmSync(run.path('dvclive/plots'), { recursive: true });
    rmSync(run.path('dvclive/metrics.json'));
    live([6, 5, 4]);
    await run.untilChildren(['dvclive 2 | open | train/loss: 0=6 1=5 2=4']);
    rmSync(run.path('dvclive'), { recursive: true });
    await run.finish();
    assert.deepEqual(await run.metrics(), ['train/loss: 0=3 1=2']);
  });

  it('names the event files of one run by their folders, and their processes by their ranks', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    const name = `events.out.tfevents.1795354055.host.1.0`;
    const file = (value: number): Buffer => Buffer.concat([fileVersion(), scalarEvent('loss', value, 1)]);
    run.write(`logs/train/${name}`, file(1));
    await run.until(['train/loss: 1=1']);
    run.write(`logs/validation/${name}`, file(2));
    run.see(`logs/validation/other.tfevents.1`, { rank: 1, pid: 77 });
    run.write(`logs/validation/other.tfevents.1`, file(3));
    await run.until(['train/loss: 1=1', 'validation/loss: 1=2', 'validation/loss[1]: 1=3']);
  });

  it('reads a cut tail when the rest has come', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    const event = scalarEvent('a', 1, 1);
    run.write('tb/x.tfevents.1', Buffer.concat([fileVersion(), event, event.subarray(0, 9)]));
    await run.until(['a: 1=1']);
    run.append('tb/x.tfevents.1', event.subarray(9));
    await run.until(['a: 1=1 1=1']);
  });

  it('finds the process in the name of an event file', async () => {
    await using run = await FollowedRun.open();
    const own = `tb/events.out.tfevents.1795354055.${hostname()}.${process.pid}.0`;
    const foreign = `tb/events.out.tfevents.1795354055.${hostname()}.${process.ppid}.0`;
    run.follow({
      otherRunsInRoot: () => Promise.resolve(true),
      tree: () => ({ root: { pid: process.pid }, session: -1 }),
    });
    run.write(foreign, Buffer.concat([fileVersion(), scalarEvent('foreign', 1)]));
    run.write(own, Buffer.concat([fileVersion(), scalarEvent('own', 1)]));
    // This very process is left out of its own tree, so the hook has to have named it.
    run.see('anything.csv', { pid: process.pid });
    await run.finish();
    assert.deepEqual(await run.metrics(), ['own: 0=1']);
  });

  it('leaves out what another run may have written, and says so', async () => {
    await using run = await FollowedRun.open();
    run.follow({ otherRunsInRoot: () => Promise.resolve(true) });
    run.write('mine.csv', 'epoch,loss\n0,1\n');
    run.see('mine.csv', { anew: true });
    run.write('whose.csv', 'epoch,loss\n0,2\n');
    run.write('no-metrics.csv', 'name,city\nx,y\n');
    await run.finish();
    assert.deepEqual(await run.metrics(), ['loss: 0=1']);
    assert.equal(run.problems.length, 1);
    assert.match(run.problems[0] ?? '', /whose metrics are in whose\.csv: they are in no run/);
  });

  it('leaves a file alone that another run says is its own, and looks for its owner once', async () => {
    await using run = await FollowedRun.open();
    const other = runPathsIn(join(run.root, '..', 'other run'));
    mkdirSync(other.dir);
    let looks = 0;
    run.follow({
      otherRunsInRoot: () => Promise.resolve(true),
      otherRuns: () => Promise.resolve([other]),
      tree: () => {
        looks++;
        return { root: { pid: process.pid } };
      },
    });
    run.write('mine.csv', 'epoch,loss\n0,1\n');
    run.see('mine.csv', { anew: true });
    writeFileSync(other.followed, claim(run.path('followed.csv')));
    writeFileSync(other.seen, claim(run.path('seen.csv')));
    for (let row = 0; row < 8; row++) {
      run.append('followed.csv', row === 0 ? 'epoch,loss\n0,2\n' : `${row},2\n`);
      run.append('seen.csv', row === 0 ? 'epoch,loss\n0,3\n' : `${row},3\n`);
      run.append('mine.csv', `${row + 1},1\n`);
      await run.until([`loss: ${Array.from({ length: row + 2 }, (_, step) => `${step}=1`).join(' ')}`]);
    }
    const asked = looks;
    await run.finish();
    assert.equal((await run.metrics()).length, 1);
    assert.deepEqual(run.problems, []);
    assert.ok(asked <= 2, `${asked} looks at the processes`);
  });

  it('takes back what another run says only when all is over', async () => {
    await using run = await FollowedRun.open();
    const other = runPathsIn(join(run.root, '..', 'other run'));
    mkdirSync(other.dir);
    run.follow({
      otherRunsInRoot: () => Promise.resolve(true),
      otherRuns: () => Promise.resolve([other]),
    });
    run.write('whose.csv', 'epoch,loss\n0,2\n');
    run.write('mine.csv', 'epoch,loss\n0,1\n');
    run.see('mine.csv', { anew: true });
    await run.until(['loss: 0=1']);
    writeFileSync(other.followed, claim(run.path('whose.csv')));
    await run.finish();
    assert.deepEqual(run.problems, []);
  });

  it('takes the newest values of DVCLive that an earlier supervisor did not see, and no others twice', async () => {
    await using run = await FollowedRun.open();
    run.write('dvclive/metrics.json', '{}');
    mkdirSync(run.path('dvclive/plots/metrics'), { recursive: true });
    run.follow();
    run.write('dvclive/metrics.json', '{"best": 1, "last": 5, "step": 1}');
    await run.until(['best: 1=1', 'last: 1=5']);
    run.follow();
    await run.finish();
    run.write('dvclive/metrics.json', '{"best": 2, "last": 6, "step": 2}');
    run.follow();
    await run.until(['best: 1=1 2=2', 'last: 1=5 2=6']);
    run.write('dvclive/metrics.json', '{"best": 2, "last": 7, "step": 3}');
    await run.until(['best: 1=1 2=2 3=2', 'last: 1=5 2=6 3=7']);
    await run.finish();
  });

  it('goes on with a file that an earlier supervisor followed while no other run was live', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    run.write('table.csv', 'epoch,loss\n0,1\n');
    await run.until(['loss: 0=1']);
    run.follow({ otherRunsInRoot: () => Promise.resolve(true) });
    run.append('table.csv', '1,2\n');
    await run.until(['loss: 0=1 1=2']);
    await run.finish();
    assert.deepEqual(run.problems, []);
  });

  it('follows a file elsewhere only when this run is known to write it', async () => {
    await using run = await FollowedRun.open();
    const elsewhere = join(run.root, '..', 'elsewhere');
    mkdirSync(elsewhere);
    run.follow({
      environment: { TRACKIO_DIR: elsewhere },
      argv: ['train', '--output_dir', join(run.root, '..', 'named')],
    });
    writeFileSync(join(elsewhere, 'a.csv'), 'epoch,a\n0,1\n');
    writeFileSync(join(elsewhere, 'b.csv'), 'epoch,b\n0,1\n');
    run.see('../elsewhere/b.csv', { anew: true });
    run.write('../named/c.csv', 'epoch,c\n0,1\n');
    await run.until(['b: 0=1', 'c: 0=1']);
    await run.finish();
    assert.deepEqual(await run.metrics(), ['b: 0=1', 'c: 0=1']);
  });

  it('waits while nothing can be written, and loses nothing', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    run.full = true;
    run.write('a.csv', 'epoch,a\n0,1\n');
    run.write('lightning_logs/version_0/hparams.yaml', 'lr: 0.1\ntoken: hf_abcdefghijklmnopqrstuvwxyz\n');
    const finished = run.finish();
    run.full = false;
    await finished;
    assert.deepEqual(await run.metrics(), ['a: 0=1']);
    assert.deepEqual(run.reported().parameters, { lr: 0.1, token: '<secret>' });
  });

  it('reads a source again after its supervisor was killed, and takes each point once', async () => {
    const row = fc.record({ loss: fc.integer({ min: 0, max: 3 }), kill: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async rows => {
        await using run = await FollowedRun.open({ 'old.jsonl': '{"step": -1, "c": 1}\n' });
        const options = { rules: rules('*.jsonl') };
        run.see('old.jsonl', { s: 21 });
        run.follow(options);
        run.write('a.csv', 'epoch,loss\n');
        run.write('tb/x.tfevents.1', fileVersion());
        for (const [step, { loss, kill }] of rows.entries()) {
          run.append('a.csv', `${step},${loss}\n`);
          run.append('old.jsonl', `{"step": ${step}, "c": ${loss}}\n`);
          run.append('tb/x.tfevents.1', scalarEvent('t', loss, step));
          if (kill) run.follow(options);
        }
        await run.finish();
        const points = rows.map(({ loss }, step) => `${step}=${loss}`).join(' ');
        assert.deepEqual(await run.metrics(), [`c: ${points}`, `loss: ${points}`, `t: ${points}`]);
      }),
      { numRuns: 15 },
    );
  });

  it('survives links in a circle, folders it may not read, and files that go', async () => {
    await using run = await FollowedRun.open();
    mkdirSync(run.path('logs/deep'), { recursive: true });
    mkdirSync(run.path('locked'));
    symlinkSync(run.root, run.path('logs/deep/runs'));
    symlinkSync(run.path('logs'), run.path('outputs'));
    chmodSync(run.path('locked'), 0);
    run.follow();
    run.write('logs/deep/a.csv', 'epoch,a\n0,1\n');
    await run.until(['a: 0=1']);
    rmSync(run.path('logs'), { recursive: true });
    run.write('logs/deep/b.csv', 'epoch,b\n0,1\n');
    await run.until(['a: 0=1', 'b: 0=1']);
    await run.finish();
    chmodSync(run.path('locked'), 0o700);
    assert.deepEqual(run.problems, []);
  });

  it('reads standard output by patterns, each line once, whatever rank Lockstep was started with', async () => {
    await using run = await FollowedRun.open();
    const options = { rules: { files: [], patterns: ['L=(?<loss>\\S+)'] }, environment: { RANK: '0' } };
    writeFileSync(run.paths.stdout, 'L=1\nx\n');
    run.follow(options);
    await run.until(['loss: 0=1']);
    writeFileSync(run.paths.stdout, 'L=2\nL=3', { flag: 'a' });
    await run.until(['loss: 0=1 1=2']);
    run.follow(options);
    await run.finish();
    assert.deepEqual(await run.metrics(), ['loss: 0=1 1=2 2=3']);
  });

  it('takes from the state of a Trainer only what was not logged as well', async () => {
    await using run = await FollowedRun.open();
    const state = (...steps: readonly number[]): string =>
      JSON.stringify({ log_history: steps.map(step => ({ step, epoch: step / 10, loss: step })) });
    const time = Date.now();
    run.log([
      { key: 'loss', step: 1, time, value: 1 },
      { key: 'epoch', step: 1, time, value: 0.1 },
    ]);
    run.follow();
    run.write('out/checkpoint-2/trainer_state.json', state(1, 2));
    await run.until(['epoch: 1=0.1 2=0.2', 'loss: 1=1 2=2']);
    run.follow();
    run.write('out/checkpoint-3/trainer_state.json', state(1, 2, 3));
    await run.until(['epoch: 1=0.1 2=0.2 3=0.3', 'loss: 1=1 2=2 3=3']);
  });

  it('follows more files than a process may keep open', async function () {
    if (!existsSync('/proc/self/fd')) this.skip();
    await using run = await FollowedRun.open();
    run.follow({ rules: rules('out/*.jsonl') });
    const names = Array.from({ length: 150 }, (_, index) => `out/${index}.jsonl`);
    const wanted = (...steps: readonly number[]): string[] =>
      names.map((_, index) => `m${index}: ${steps.map(step => `${step}=${step}`).join(' ')}`).sort();
    for (const step of [0, 1]) {
      for (const [index, name] of names.entries())
        run.append(name, `{"step": ${step}, "m${index}": ${step}}\n`);
      await run.until(wanted(...[0, 1].slice(0, step + 1)));
    }
    for (const [index, name] of names.entries()) run.replace(name, `{"step": 2, "m${index}": 2}\n`);
    await run.until(wanted(0, 1, 2));
    assert.ok(readdirSync('/proc/self/fd').filter(isOpenSource).length <= 64);
    await run.finish();
    assert.equal(readdirSync('/proc/self/fd').filter(isOpenSource).length, 0);

    function isOpenSource(descriptor: string): boolean {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`).includes('/my project/out/');
      } catch {
        return false;
      }
    }
  });

  it('takes another file for another one, though it got the number of a deleted one', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    for (let index = 0; index < 5; index++) {
      run.write(`${index}.csv`, `epoch,m${index}\n0,1\n`);
      await run.until(Array.from({ length: index + 1 }, (_, at) => `m${at}: 0=1`));
      rmSync(run.path(`${index}.csv`));
    }
  });

  it('follows one file with two names once', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    run.write('a.csv', 'epoch,a\n0,1\n');
    linkSync(run.path('a.csv'), run.path('b.csv'));
    symlinkSync(run.path('a.csv'), run.path('c.csv'));
    await run.until(['a: 0=1']);
    await run.finish();
    assert.deepEqual(await run.metrics(), ['a: 0=1']);
  });

  it('keeps pictures under their content, each once', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    run.write('dvclive/plots/images/confusion/3.png', png);
    await run.finish();
    run.follow();
    await run.finish();
    const [entry, ...more] = run.media();
    assert.deepEqual(more, []);
    assert.deepEqual([entry?.kind, entry?.key, entry?.step], ['image', 'confusion', 3]);
    assert.match(entry?.file ?? '', /^media\/[0-9a-f]{32}\.png$/);
  });

  it('ends in values and problems whatever the files hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(), async (bytes, cut) => {
        await using run = await FollowedRun.open();
        run.follow({ rules: rules('*.jsonl') });
        for (const name of [
          'a.csv',
          'b.jsonl',
          'tb/x.tfevents.1',
          'w.wandb',
          'trainer_state.json',
          'args.yaml',
        ]) {
          run.write(name, Buffer.from(bytes));
          if (bytes.length > 0) truncateSync(run.path(name), cut % bytes.length);
          run.append(name, Buffer.from(bytes));
        }
        await run.finish();
      }),
      { numRuns: 20 },
    );
  });
});
