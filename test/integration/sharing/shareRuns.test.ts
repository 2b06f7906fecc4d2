/** A run from one clone to another through a bare repository and a data remote on disk, by the real command line. */
import assert from 'node:assert/strict';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import { shareFetchOutputSchema, sharePushOutputSchema } from '../../../src/cli/output/shareOutput.ts';
import { sharedRefOf } from '../../../src/sharing/sharedRef.ts';
import { parseRunLink } from '../../../src/sharing/link/runLink.ts';
import { fingerprintChanges, repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';
import { team, type Member, type Team } from './team.ts';

const trainer = `
import json, helper
numbers = [float(line) for line in open('data/numbers.csv')]
for step in range(4):
    print(json.dumps({'step': step, 'loss': helper.loss(step, numbers)}))
with open('model.json', 'w') as model:
    json.dump({'sum': sum(numbers)}, model)
`;

/** Everything of a person's but what DVC and Lockstep keep for themselves in `.dvc`, where git ignores it. */
async function own({ root }: Member): Promise<string[]> {
  return (await repositoryFingerprint(root)).filter(line => !/^\.dvc\/(?:cache|tmp)\//.test(line));
}

describe('sharing runs', function () {
  this.timeout(180_000);
  let all: Team;
  let ana: Member;
  let id: string;

  before(async () => {
    all = await team();
    ana = await all.join('ana');
    await ana.write({ 'train.py': trainer, '.gitignore': 'model.json\n', 'data/numbers.csv': '1\n2\n4\n' });
    await ana.expect(0, 'data', 'add', 'data/numbers.csv');
    await ana.write({
      '.dvc/config': `[core]\n    remote = disk\n['remote "disk"']\n    url = ${all.data}\n`,
    });
    await ana.git('add', '--all');
    await ana.git('commit', '--quiet', '--message', 'a project');
    await ana.git('push', '--quiet', 'origin', 'HEAD:main');
    // Not committed: the snapshot carries it.
    await ana.write({ 'helper.py': 'def loss(step, numbers):\n    return sum(numbers) / (step + 1)\n' });
    await ana.expect(
      0,
      'run',
      '--name',
      '<b>base</b>',
      '--',
      'python3',
      'train.py',
      '--to',
      join(ana.home, 'out'),
    );
    id = await new RunStore(ana.store).resolve('@1');
  });
  after(() => all[Symbol.asyncDispose]());

  it('gives others code, record and data, touches nothing of one’s own, and names no person or machine', async () => {
    const before = [await own(ana), await ana.git('for-each-ref'), await ana.git('log', '--all')];
    const { runs } = sharePushOutputSchema.parse(
      JSON.parse(await ana.expect(0, 'share', 'push', '@1', '--json')),
    );
    const after = [await own(ana), await ana.git('for-each-ref'), await ana.git('log', '--all')];
    assert.deepEqual(fingerprintChanges(before[0] as string[], after[0] as string[]), []);
    assert.deepEqual(after.slice(1), before.slice(1));
    assert.equal(runs[0]?.state, 'shared');
    assert.equal(runs[0].data?.pushed, 1);
    assert.deepEqual(runs[0].lacks, []);
    const listed = await ana.git('ls-remote', 'origin');
    assert.ok(listed.includes(runs[0].ref), listed);

    await ana.git(
      '--git-dir',
      all.hub,
      'archive',
      '--format=tar',
      '--output',
      join(all.folder, 'record.tar'),
      runs[0].ref,
    );
    const record = (await readFile(join(all.folder, 'record.tar'))).toString('latin1');
    assert.ok(!record.includes(ana.home), 'the home folder is in the record');
    assert.ok(!record.includes(`"${hostname()}"`), 'the machine is in the record');
    assert.ok(record.includes('/~home/the project'));

    const again = JSON.parse(await ana.expect(0, 'share', 'push', id, '--json')) as {
      runs: { state: string }[];
    };
    assert.deepEqual(
      again.runs.map(({ state }) => state),
      ['unchanged'],
    );
  });

  it('lets a colleague reproduce it with one command, and the verdict come back', async () => {
    const bob = await all.join('bob');
    const before = [await own(bob), await bob.git('for-each-ref')];
    const refused = await bob.lockstep(['reproduce', id, '--json']);
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /python3 train\.py/);
    assert.match(refused.stderr, /shared by ana in origin/);
    assert.match(refused.stdout, /"code":"not-confirmed"/);

    const verdict = verdictSchema.parse(
      JSON.parse(await bob.expect(0, 'reproduce', id.slice(-8), '--yes', '--json')),
    );
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.equal(verdict.metrics[0]?.comparedPoints, 4);
    assert.equal(verdict.outputs.find(({ path }) => path === 'model.json')?.verdict, 'identical');
    assert.deepEqual(fingerprintChanges(before[0] as string[], await own(bob)), []);
    const refs = (await bob.git('for-each-ref'))
      .split('\n')
      .filter(line => !line.includes('refs/lockstep/snapshots/'));
    assert.deepEqual(refs.join('\n'), before[1]);
    assert.doesNotMatch(await bob.git('log', '--all', '--format=%s'), /Run /);
    await bob.git('fetch', '--quiet');
    assert.equal(
      (await bob.git('for-each-ref', 'refs/remotes')).split('\n').length,
      (before[1] as string).split('\n').filter(line => line.includes('refs/remotes')).length,
    );

    const shown = await bob.expect(0, 'runs');
    assert.match(shown, /FROM/);
    assert.match(shown, /<b>base<\/b> +ana/);

    const pushed = JSON.parse(await bob.expect(0, 'share', 'push', id, '--json')) as {
      runs: { state: string }[];
    };
    assert.equal(pushed.runs[0]?.state, 'updated');
    assert.match(await ana.expect(0, 'share', 'fetch'), /1 new verdict/);
    const { verdicts, shared } = await new RunStore(ana.store).read(id);
    assert.deepEqual(
      verdicts.map(one => one.verdict),
      ['identical'],
    );
    assert.equal(shared, undefined);
    assert.match(verdicts[0]?.host ?? '', /^machine-/);
    assert.equal(verdicts[0]?.broughtBy, 'bob');
    assert.match(await ana.expect(0, 'show', id), /\(on machine-[0-9a-f]{6}, from bob\)/);
    assert.match(await ana.expect(0, 'report', id), /from bob/);
    await ana.expect(0, 'reproduce', id, '--yes');
    assert.doesNotMatch(await ana.expect(0, 'report', id), /from bob/);
    assert.match(await ana.expect(0, 'share', 'fetch'), /0 runs fetched .* 1 unchanged/);
  });

  it('brings records alone, and code where it is asked for', async () => {
    const carol = await all.join('carol');
    const fetched = shareFetchOutputSchema.parse(
      JSON.parse(await carol.expect(0, 'share', 'fetch', '--json')),
    );
    assert.deepEqual(
      fetched.fetched.map(one => one.id),
      [id],
    );
    const { plan, shared } = await new RunStore(carol.store).read(id);
    assert.equal(plan?.root, join(carol.home, 'the project'));
    assert.equal(shared?.confirmedAt, undefined);
    assert.equal(shared?.sharedBy, 'ana');
    assert.equal(shared.pushedBy, 'bob');
    const tree = plan.code.known === 'unknown' ? '' : plan.code.value.tree;
    const store = join(carol.store, 'snapshots.git');
    const has = (): Promise<boolean> =>
      carol.git('--git-dir', store, 'cat-file', '-e', tree).then(
        () => true,
        () => false,
      );
    assert.equal(await has(), false);
    await carol.expect(0, 'share', 'fetch', id.slice(-6), '--full');
    assert.equal(await has(), true);
    assert.deepEqual(await readdir(join(carol.store, 'incoming')), []);
    assert.equal(
      (await carol.lockstep(['rerun', id])).code,
      2,
      'a command of somebody else ran without a yes',
    );
  });

  it('calls data not gone whose remote only the code of the run names, which is not here yet', async () => {
    const [tree, name] = [(await ana.git('mktree')).trim(), 'before there was data'];
    const old = (await ana.git('commit-tree', tree, '-m', name)).trim();
    await ana.git('push', '--quiet', 'origin', `${old}:refs/heads/old`);
    const eve = await all.join('eve', { clone: ['--single-branch', '--branch', 'old'] });
    await eve.expect(0, 'share', 'fetch');
    const forecast = forecastSchema.parse(
      JSON.parse(await eve.expect(0, 'reproduce', id, '--forecast', '--json')),
    );
    assert.deepEqual(forecast.blockers, []);
    const item = forecast.items.find(({ what }) => what === 'data/numbers.csv');
    assert.equal(item?.availability, 'unknown', JSON.stringify(item));
    assert.match(item.reason ?? '', /pinned by data\/numbers\.csv\.dvc.* when the code of the run is here/);
    assert.match(forecast.sentence, /not certain.*data\/numbers\.csv is not known beforehand/);
    const verdict = verdictSchema.parse(JSON.parse(await eve.expect(0, 'reproduce', id, '--yes', '--json')));
    assert.equal(verdict.verdict, 'identical');
  });

  it('keeps who said what, whoever pushed last, and brings what is said later', async () => {
    const [frank, gina] = [await all.join('frank'), await all.join('gina')];
    await frank.expect(0, 'share', 'fetch');
    await frank.expect(0, 'annotate', id, '--note', 'too good to be true', '--tag', 'check', '--star');
    await ana.expect(0, 'annotate', id, '--tag', 'base');
    assert.match(await ana.expect(0, 'share', 'push', id), /got what was added since/);
    assert.match(await frank.expect(0, 'share', 'push', id), /got what was added since/);
    await gina.expect(0, 'share', 'fetch');
    const { annotations, verdicts, shared } = await new RunStore(gina.store).read(id);
    assert.deepEqual([shared?.sharedBy, shared?.pushedBy], ['ana', 'frank']);
    assert.deepEqual(new Set(verdicts.map(one => one.broughtBy)), new Set(['bob', 'ana']));
    assert.deepEqual(annotations.broughtBy, {
      note: 'frank',
      tags: new Map([
        ['base', 'ana'],
        ['check', 'frank'],
      ]),
    });
    assert.equal(annotations.star, undefined, 'a star is everybody’s own');
    const text = await gina.expect(0, 'show', id);
    assert.match(text, /too good to be true \(from frank\)/);
    assert.match(text, /check \(from frank\)/);
    assert.match(text, /, from bob\)/);

    // What was said last counts, whoever fetched when.
    await ana.expect(0, 'annotate', id, '--note', 'a first try');
    await gina.expect(0, 'annotate', id, '--note', 'it is true');
    // As with sudo, or in a job: another home folder, the same person.
    const elsewhere = await ana.lockstep(['share', 'push', id], { env: { HOME: all.folder } });
    assert.equal(elsewhere.code, 0, elsewhere.stderr);
    await frank.expect(0, 'share', 'fetch');
    assert.match(await frank.expect(0, 'show', id), /a first try \(from ana\)/);
    await gina.expect(0, 'share', 'fetch');
    assert.match(await gina.expect(0, 'show', id), /note +it is true\n/);
    await gina.expect(0, 'share', 'push', id);
    await frank.expect(0, 'share', 'fetch');
    assert.match(await frank.expect(0, 'show', id), /it is true \(from gina\)/);
  });

  it('links to it by its id and the remote’s address alone', async () => {
    const lines = (await ana.expect(0, 'share', 'link', id, '--scheme', 'cursor')).trim().split('\n');
    assert.match(lines[0] ?? '', /^cursor:\/\//);
    assert.deepEqual(parseRunLink(lines[0] ?? ''), { remote: all.hub, id });
    assert.equal(lines[2], `lockstep reproduce ${id}`);
    const words =
      lines[1]
        ?.replaceAll("'", '')
        .replace(all.hub, '\0')
        .split(' ')
        .map(word => word.replace('\0', all.hub)) ?? [];
    assert.deepEqual(words.slice(0, 3), ['git', 'fetch', all.hub]);
    // The two commands do it wherever somebody stands: with the remote, and without it.
    for (const name of ['dave', 'dora']) {
      const one = await all.join(name);
      if (name === 'dora') await one.git('remote', 'remove', 'origin');
      const unknown = await one.lockstep(['reproduce', '01M8396F2HXXBNE4XH9BVHQ5X8', '--yes']);
      assert.equal(unknown.code, 2, unknown.stderr);
      await one.git(...words.slice(1));
      const verdict = verdictSchema.parse(
        JSON.parse(await one.expect(0, 'reproduce', id, '--yes', '--json')),
      );
      assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    }
  });

  it('sends no secret of a command that the program has said again', async () => {
    const value = 'zz-9f8e7d6c5b4a3928';
    const program =
      'import argparse, sys\nprint(sys.argv[1:])\nargparse.ArgumentParser(prog="x").parse_args()\n';
    await ana.write({ 'says.py': program });
    const run = ['run', '--', 'python3', 'says.py', '--api-key', value];
    assert.equal((await ana.lockstep(run)).code, 2);
    const said = await new RunStore(ana.store).resolve('@1');
    const shown = await ana.expect(0, 'show', said);
    assert.match(shown, /unrecognized arguments: --api-key <secret>/);
    const refused = await ana.lockstep(['share', 'push', said]);
    assert.equal(refused.code, 1, refused.stderr);
    for (const name of ['stdout', 'stderr'])
      assert.match(refused.stdout, new RegExp(`record/${name}\\.log {2}a secret of the command`));
    const file = join(ana.home, 'said.zip');
    assert.match((await ana.lockstep(['share', 'export', said, '--output', file])).stdout, /--no-logs/);
    await ana.expect(0, 'share', 'push', said, '--no-logs');
    const record = join(all.folder, 'said.tar');
    await ana.git('--git-dir', all.hub, 'archive', '--format=tar', '--output', record, sharedRefOf(said));
    const sent = await readFile(record, 'latin1');
    assert.match(sent, /unrecognized arguments: --api-key <secret>/);
    assert.ok(!sent.includes(value));
  });

  it('stops secrets, says what others will lack, and what a host refuses', async () => {
    // More than is ever listed.
    const many = Array.from({ length: 5 }, (_, place) => `many${place}.py`);
    const value = ['hf', 'q8Zr2LkP0vTn5Wy7Xc4Mb9'].join('_');
    await ana.write({
      'notes.py': `import os\ntoken = "${value}"\n`,
      '.env': 'A=1\n',
      '.git/info/exclude': 'private.csv\n',
      'private.csv': '3\n',
      ...Object.fromEntries(many.map(path => [path, `# ${value}\n`.repeat(50)])),
      'zz.py': `# ${value}\n`,
    });
    await ana.git('commit', '--quiet', '--allow-empty', '--message', `with ${value}`);
    const head = await ana.git('rev-parse', 'HEAD');
    await ana.git('commit', '--quiet', '--allow-empty', '--message', 'without');
    const program =
      'print(open("private.csv").read())\nfor at in range(40000): print(\'{"step": %d, "loss": %r}\' % (at, at / 7))';
    await ana.expect(0, 'run', '--', 'python3', '-c', program);
    const other = await new RunStore(ana.store).resolve('@1');
    const refused = await ana.lockstep(['share', 'push', '@1']);
    assert.equal(refused.code, 1, refused.stderr);
    assert.match(refused.stdout, /\.env {2}/);
    assert.ok(!(refused.stdout + refused.stderr).includes(value));

    assert.match(refused.stdout, /many0\.py:1 {2}/);
    assert.match(refused.stdout, /commit [0-9a-f]{12} {2}a token/);
    assert.match(refused.stdout, /and \d+ more/);

    const looked = ['notes.py', './.env', ...many, `commit ${head.slice(0, 12)}`];
    const words = ['share', 'push', '@1', ...looked.flatMap(path => ['--allow', path])];
    const stillRefused = await ana.lockstep(words);
    assert.equal(stillRefused.code, 1, stillRefused.stderr);
    assert.match(stillRefused.stdout, /gone along\.\n +zz\.py:1 {2}a token\nTake/);
    const allowed = [...words, '--allow', 'zz.py'];
    const hook = join(all.hub, 'hooks', 'pre-receive');
    await writeFile(hook, '#!/bin/sh\necho "refs/lockstep is not allowed here" >&2\nexit 1\n');
    await chmod(hook, 0o755);
    const declined = await ana.lockstep(allowed);
    assert.equal(declined.code, 3, declined.stderr);
    assert.match(declined.stderr, /does not take refs below refs\/lockstep/);
    assert.match(declined.stderr, /share export/);
    await rm(hook);
    assert.ok(!(await ana.git('ls-remote', 'origin')).includes(other));

    // Sent, and of no use to anybody.
    const text = await ana.expect(1, ...allowed);
    assert.match(text, /The record is large, [\d.]+ MB, .*\n +record\/metrics\.bin +[\d.]+ MB/);
    assert.match(text, /nobody else can reproduce it/);
    assert.match(text, /Others will lack:\n +private\.csv: read, but neither part of the code nor pinned/);
    assert.ok((await ana.git('ls-remote', 'origin')).includes(other));
    const again = await ana.expect(1, ...allowed);
    assert.match(
      again,
      /already, and nothing was added since\.\n(?:Data: .*\n)?Others will lack:\n +private\.csv: read/,
    );
    assert.match(again, /nobody else can reproduce it/);
  });

  it('brings a submodule as it was edited, with what its HEAD held', async () => {
    const [dana, erin] = [await all.join('dana'), await all.join('erin')];
    const library = join(dana.home, 'library');
    const local = ['-c', 'protocol.file.allow=always'];
    await dana.git('init', '--quiet', library);
    await writeFile(join(library, 'model.py'), 'VALUE = 0.25\n');
    await writeFile(join(library, 'other.py'), 'OTHER = 1\n');
    await dana.git('-C', library, 'add', '.');
    const author = ['-c', 'user.name=dana', '-c', 'user.email=dana@example.invalid'];
    await dana.git('-C', library, ...author, 'commit', '--quiet', '--message', 'library');
    await dana.git(...local, 'submodule', '--quiet', 'add', library, 'lib');
    await dana.git('commit', '--quiet', '--message', 'with a library');
    await dana.git('push', '--quiet', 'origin', 'HEAD:library');
    await dana.write({
      'lib/model.py': 'VALUE = 0.5\n',
      'loss.py':
        'import sys; sys.path.insert(0, "lib"); import model; print(\'{"loss": %s}\' % model.VALUE)\n',
    });
    await dana.expect(0, 'run', '--', 'python3', 'loss.py');
    const edited = await new RunStore(dana.store).resolve('@1');
    await dana.expect(0, 'share', 'push', edited);

    const verdict = verdictSchema.parse(
      JSON.parse(await erin.expect(0, 'reproduce', edited, '--yes', '--json')),
    );
    const code = verdict.ingredients.find(({ name }) => name === 'code');
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.deepEqual([code?.status, code?.differences], ['same', []]);
  });
});
