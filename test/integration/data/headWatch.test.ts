import assert from 'node:assert/strict';
import { findRepository } from '../../../src/git/findRepository.ts';
import { watchHead, type HeadMove } from '../../../src/data/sync/headWatch.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';
import { waitFor } from '../../helpers/waitFor.ts';

describe('watchHead', () => {
  let repository: GitRepository;
  const commits: string[] = [];
  before(async () => {
    repository = await gitRepository({ 'a.txt': '1\n' });
    commits.push(await repository.git('rev-parse', 'HEAD'));
    for (const text of ['2\n', '3\n']) {
      await repository.write({ 'a.txt': text });
      commits.push(await repository.commit());
    }
    await repository.git('config', 'user.name', 'A Tester');
    await repository.git('config', 'user.email', 'tester@example.invalid');
  });
  after(async () => {
    await repository.remove();
  });

  const ways: readonly (readonly [string, readonly (readonly string[])[], number])[] = [
    ['a checkout', [['checkout', '--quiet', 'HEAD~1']], 1],
    ['a switch to a branch', [['switch', '--quiet', 'main']], 2],
    ['a reset', [['reset', '--quiet', '--hard', 'HEAD~2']], 0],
    ['a merge', [['merge', '--quiet', 'main@{1}']], 2],
    [
      'a reset after refs were packed',
      [
        ['pack-refs', '--all'],
        ['reset', '--quiet', '--hard', 'HEAD~1'],
      ],
      1,
    ],
    ['an update of the branch alone', [['update-ref', 'refs/heads/main', 'main@{1}']], 2],
  ];
  it('tells of every way in which HEAD moves', async () => {
    const git = await findRepository(repository.root, repository.environment);
    assert.ok(git);
    const moves: HeadMove[] = [];
    const watch = await watchHead(git, move => moves.push(move));
    try {
      let at = commits[2];
      for (const [name, commands, place] of ways) {
        for (const command of commands) await repository.git(...command);
        const move = await waitFor(`the move of ${name}`, () => moves.shift());
        assert.deepEqual(move, { from: at, to: commits[place] }, name);
        at = move.to;
      }
      assert.equal(watch.head, commits[2]);
    } finally {
      watch.close();
    }
  });

  it('tells of a rebase while it goes on, and of its end with the commit before it', async () => {
    const git = await findRepository(repository.root, repository.environment);
    assert.ok(git);
    await repository.git('reset', '--quiet', '--hard');
    await repository.git('switch', '--quiet', '--create', 'side', commits[0] ?? '');
    await repository.write({ 'a.txt': 'conflict\n' });
    const side = await repository.commit();
    const moves: HeadMove[] = [];
    const watch = await watchHead(git, move => moves.push(move));
    try {
      await assert.rejects(repository.git('rebase', '--quiet', 'main'));
      await waitFor('the move within the rebase', () => moves.find(move => move.to === commits[2]));
      assert.deepEqual(
        [...new Set(moves.map(move => `${move.from ?? ''} ${move.operation ?? ''}`))],
        [`${side} rebase`],
      );
      moves.length = 0;
      await repository.git('rebase', '--abort');
      // HEAD is back: told, because everything may differ that was placed meanwhile.
      assert.deepEqual(
        await waitFor('the end of the rebase', () => moves.findLast(move => move.operation === undefined)),
        {
          ...{ from: side, to: side },
        },
      );
    } finally {
      watch.close();
    }
  });

  it('tells what happened while nobody looked', async () => {
    const git = await findRepository(repository.root, repository.environment);
    assert.ok(git);
    await repository.git('switch', '--quiet', 'main');
    const moves: HeadMove[] = [];
    const since = commits[0];
    assert.ok(since);
    (await watchHead(git, move => moves.push(move), { since })).close();
    assert.deepEqual(moves, [{ from: since, to: commits[2] }]);
  });

  it('tells of commits between two looks, also where HEAD is back', async () => {
    const git = await findRepository(repository.root, repository.environment);
    assert.ok(git);
    await repository.git('switch', '--quiet', 'main');
    const moves: HeadMove[] = [];
    // Nobody looks but the test.
    const watch = await watchHead(git, move => moves.push(move), { settleMs: 1_000_000 });
    try {
      await repository.git('checkout', '--quiet', 'HEAD~1');
      await repository.git('checkout', '--quiet', 'main');
      await watch.look();
      await watch.look();
      await repository.git('checkout', '--quiet', 'main~1');
      await repository.git('checkout', '--quiet', 'main~2');
      await watch.look();
    } finally {
      watch.close();
      await repository.git('switch', '--quiet', 'main');
    }
    const [oldest, middle, newest] = commits;
    assert.deepEqual(moves, [
      { from: newest, to: newest, through: [middle] },
      { from: newest, to: oldest, through: [middle] },
    ]);
  });
});
