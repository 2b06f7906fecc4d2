import assert from 'node:assert/strict';
import { FollowedRun } from '../../../helpers/followedRun.ts';
import { TrackioDatabase } from '../../../helpers/trackioDatabase.ts';

const name = 'trackio/my digits.db';

describe('a database that is followed', function () {
  this.timeout(120_000);

  it('is read while its writer keeps it open, also where an earlier run has written', async () => {
    await using run = await FollowedRun.open();
    const before = new TrackioDatabase(run.path('trackio'), run.startedAt - 60_000);
    before.log('old', 0, { loss: 9 });
    before.close();
    run.age(name);
    run.follow();
    const database = new TrackioDatabase(run.path('trackio'), run.startedAt);
    try {
      run.see(name, {});
      database.config('new', { lr: 0.1 });
      database.log('new', 0, { loss: 1 });
      await run.until(['loss: 0=1']);
      database.log('new', 1, { loss: 0.5 });
      database.system('new', { 'gpu/util': 50 });
      await run.until(['gpu/util: 0=50', 'loss: 0=1 1=0.5']);
      // Another supervisor, while the log waits to be written back.
      run.follow();
      database.log('new', 2, { loss: 0.25 });
      database.system('new', { 'gpu/util': 60 });
      await run.until(['gpu/util: 0=50 1=60', 'loss: 0=1 1=0.5 2=0.25']);
    } finally {
      database.close();
    }
    await run.finish();
    assert.deepEqual(await run.metrics(), ['gpu/util: 0=50 1=60', 'loss: 0=1 1=0.5 2=0.25']);
    assert.equal(run.reported().name, 'new');
    assert.deepEqual(run.reported().parameters, { lr: 0.1 });
    assert.deepEqual(run.problems, []);
  });

  it('is read to its end when the program has ended', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    const database = new TrackioDatabase(run.path('trackio'), run.startedAt);
    run.see(name, {});
    database.together(() => {
      for (let step = 0; step < 100; step++) database.log('a', step, { loss: step });
    });
    database.close();
    await run.finish();
    const steps = Array.from({ length: 100 }, (_, step) => `${step}=${step}`);
    assert.deepEqual(await run.metrics(), [`loss: ${steps.join(' ')}`]);
  });

  it('is in no run while another one is live, and says so', async () => {
    await using run = await FollowedRun.open();
    run.follow({ otherRunsInRoot: () => Promise.resolve(true) });
    const database = new TrackioDatabase(run.path('trackio'), run.startedAt);
    run.see(name, {});
    database.log('whose', 0, { loss: 1 });
    database.close();
    await run.finish();
    assert.deepEqual(await run.metrics(), []);
    assert.match(run.problems.join(), /another run was live, so nobody could tell whose "whose" is/);
  });

  it('that is damaged is told once', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    run.write('trackio/my digits.lock', '');
    run.write(name, Buffer.concat([Buffer.from('SQLite format 3\0', 'latin1'), Buffer.alloc(5000, 7)]));
    run.see(name, {});
    await run.finish();
    assert.equal(run.problems.length, 1);
    assert.match(run.problems[0] ?? '', /my digits\.db/);
  });
});
