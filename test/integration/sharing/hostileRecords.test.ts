/** Records that somebody made to do harm, put where shared runs lie: each is refused by itself, and nothing of it is written. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { hashOf } from '../../../src/sharing/record/hashOf.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { sharedRefOf } from '../../../src/sharing/sharedRef.ts';
import { team, type Member, type Team } from './team.ts';

type Json = Record<string, unknown>;

/** What is done to a true record, and what is said of it. `files` by path in the commit. */
interface Hostile {
  readonly what: string;
  readonly says: RegExp;
  readonly change: (files: Map<string, Buffer>) => void;
  /** The manifest stays as it was. */
  readonly tampered?: boolean;
}

function edit(path: string, change: (value: Json) => void): (files: Map<string, Buffer>) => void {
  return files => {
    const value = JSON.parse(files.get(path)?.toString('utf8') ?? '{}') as Json;
    change(value);
    files.set(path, Buffer.from(JSON.stringify(value)));
  };
}

const plan = (change: (value: Json) => void): Hostile['change'] => edit('record/plan.json', change);
const code = (value: Json): Json => (value['code'] as Json)['value'] as Json;

const hostile: readonly Hostile[] = [
  {
    what: 'another result than was shared',
    says: /result\.json.* was changed after it was shared/,
    change: edit('record/result.json', value => (value['exitCode'] = 1)),
    tampered: true,
  },
  {
    what: 'a file too many',
    says: /not named by its manifest/,
    change: files => files.set('record/stdin', Buffer.from('x')),
    tampered: true,
  },
  {
    what: 'a way up',
    says: /leads out of the repository/,
    change: plan(value => (value['cwd'] = '../../..')),
  },
  {
    what: 'an absolute folder',
    says: /outside of the repository/,
    change: plan(value => (value['cwd'] = '/etc')),
  },
  {
    what: 'an output above',
    says: /leads out/,
    change: edit('record/result.json', value => (value['outputs'] = [{ path: 'a/../../x', how: 'seen' }])),
  },
  {
    what: 'an input above',
    says: /leads out/,
    change: edit('record/captured.json', value => (value['inputs'] = [{ path: '../x', how: 'seen' }])),
  },
  {
    what: 'a command that hides',
    says: /would not show/,
    change: plan(value => (value['argv'] = ['sh', '-c', 'rm -rf ~\u001b[2K'])),
  },
  {
    what: 'a command that is turned',
    says: /would not show/,
    change: plan(value => (value['argv'] = ['\u202egpj.sh'])),
  },
  {
    what: 'a number without end',
    says: /too large/,
    change: files => files.set('record/result.json', Buffer.from('{"schemaVersion":1e999}')),
  },
  {
    what: 'a nesting without end',
    says: /nested too deeply/,
    change: files => files.set('record/captured.json', Buffer.from('['.repeat(5000) + ']'.repeat(5000))),
  },
  {
    what: 'metrics that are none',
    says: /metrics cannot be read/,
    change: files => files.set('record/metrics.bin', Buffer.from('LSMETR1\n\uffff\uffff\uffff')),
  },
  {
    what: 'a setting for git',
    says: /git's configuration/,
    change: plan(value => (code(value)['settings'] = { 'core.sshcommand': 'evil' })),
  },
  {
    what: 'an option as tree',
    says: /no id of git/,
    change: plan(value => (code(value)['tree'] = '--output=/tmp/x')),
  },
  {
    what: 'a submodule elsewhere',
    says: /outside of the repository/,
    change: plan(
      value =>
        (code(value)['submodules'] = [
          { path: '/etc', head: 'a'.repeat(40), tree: 'a'.repeat(40), dirty: false },
        ]),
    ),
  },
  {
    what: 'a submodule of another repository',
    says: /git folder/,
    change: plan(
      value =>
        (code(value)['submodules'] = [
          { path: 's', head: 'a'.repeat(40), tree: 'a'.repeat(40), dirty: false, gitDir: '/home/x/.git' },
        ]),
    ),
  },
  {
    what: 'the verdict of another run',
    says: /about another run/,
    change: files =>
      files.set('record/verdicts/01M8396F2HXXBNE4XH9BVHQ5X8.json', Buffer.from(JSON.stringify(otherVerdict))),
  },
  { what: 'no JSON', says: /is not JSON/, change: files => files.set('record/plan.json', Buffer.from('{')) },
];

const otherVerdict = {
  ...{ schemaVersion: 1, verdict: 'identical', runId: '01M8396F2HXXBNE4XH9BVHQ5X8' },
  ...{ reproductionId: '01M8396F2HXXBNE4XH9BVHQ5X8', at: '2026-01-01T00:00:00Z', sentence: 'x' },
  ...{ metrics: [], outputs: [], ingredients: [], cause: null, caps: [] },
};

/** An id of its own for each. */
const idOf = (place: number): string =>
  `01M8396F2HXXBNE4XH9BVH${'ABCDEFGHJKMNPQRSTVWXYZ'[place % 22] ?? ''}${Math.floor(place / 22)}00`;

describe('hostile shared records', function () {
  this.timeout(180_000);
  let all: Team;
  let ana: Member;
  let id: string;
  let files: ReadonlyMap<string, Buffer>;

  before(async () => {
    all = await team();
    ana = await all.join('ana');
    await ana.write({ 'train.py': 'print({"loss": 1})\n' });
    await ana.git('add', '--all');
    await ana.git('commit', '--quiet', '--message', 'a project');
    await ana.git('push', '--quiet', 'origin', 'HEAD:main');
    await ana.expect(
      0,
      'run',
      '--name',
      '<img src=x onerror=alert(1)>\u001b[31m',
      '--',
      'python3',
      'train.py',
    );
    id = await new RunStore(ana.store).resolve('@1');
    await ana.expect(0, 'share', 'push', id);
    const listed = await ana.git('--git-dir', all.hub, 'ls-tree', '-r', '--name-only', sharedRefOf(id));
    const read = new Map<string, Buffer>();
    for (const path of listed.split('\n')) {
      const blob = await runCommand({
        program: 'git',
        args: ['--git-dir', all.hub, 'cat-file', 'blob', `${sharedRefOf(id)}:${path}`],
        env: ana.environment,
      });
      read.set(path, blob.stdout);
    }
    files = read;
  });
  after(() => all[Symbol.asyncDispose]());

  /** A commit of such files under the ref of a run. */
  async function plant(runId: string, content: ReadonlyMap<string, Buffer>, link?: string): Promise<void> {
    const folder = join(all.folder, 'planted');
    await rm(folder, { recursive: true, force: true });
    for (const [path, bytes] of content) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    if (link !== undefined) await symlink('/etc/passwd', join(folder, link));
    const env = { GIT_DIR: all.hub, GIT_WORK_TREE: folder, GIT_INDEX_FILE: join(all.folder, 'index') };
    const git = async (...args: string[]): Promise<string> => {
      const identity = ['-c', 'user.name=mallory', '-c', 'user.email=m@example.invalid'];
      const done = await runCommand({
        program: 'git',
        args: [...identity, ...args],
        cwd: folder,
        env: { ...ana.environment, ...env },
      });
      assert.equal(done.exitCode, 0, done.stderr);
      return done.stdout.toString('utf8').trim();
    };
    await rm(env.GIT_INDEX_FILE, { force: true });
    await git('add', '--all', '--force', '.');
    await git('update-ref', sharedRefOf(runId), await git('commit-tree', await git('write-tree'), '-m', 'x'));
  }

  /** The true record under another id, changed, with a manifest that fits unless it is to be tampered with. */
  function made(
    runId: string,
    change: (files: Map<string, Buffer>) => void,
    tampered = false,
  ): Map<string, Buffer> {
    const content = new Map(
      [...files].map(([path, bytes]) => [
        path,
        Buffer.from(bytes.toString('latin1').replaceAll(id, runId), 'latin1'),
      ]),
    );
    if (!tampered) change(content);
    content.delete('manifest.json');
    const plan = content.get('record/plan.json')?.toString('utf8') ?? '';
    const tree = /"tree": ?"([^"]*)"/.exec(plan)?.[1];
    const named = Object.fromEntries(
      [...content].map(([path, bytes]) => [path, { sha256: hashOf(bytes), size: bytes.length }]),
    );
    const manifest = {
      schemaVersion: 1,
      id: runId,
      toolVersion: '0',
      ...(/^[0-9a-f]{40}$/.test(tree ?? '') ? { snapshot: tree } : {}),
      files: named,
    };
    if (tampered) change(content);
    return content.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
  }

  it('are refused one by one, while the true one among them comes', async () => {
    const planted = new Map<string, Hostile>();
    for (const [place, one] of hostile.entries()) {
      planted.set(idOf(place), one);
      await plant(idOf(place), made(idOf(place), one.change, one.tampered));
    }
    const links = idOf(hostile.length);
    await plant(
      links,
      made(links, () => undefined),
      'record/stdout.log.link',
    );
    const flood = idOf(hostile.length + 1);
    const many = made(flood, () => undefined);
    await plant(flood, many);
    await addManyFiles(flood);
    const another = idOf(hostile.length + 2);
    await plant(another, files);

    const blob = idOf(hostile.length + 3);
    const content = await ana.git('--git-dir', all.hub, 'rev-parse', `${sharedRefOf(id)}:manifest.json`);
    await ana.git('--git-dir', all.hub, 'update-ref', sharedRefOf(blob), content);

    const bob = await all.join('bob');
    // What a process that was killed has left, long ago.
    const left = join(bob.store, 'runs', 'zz', '.shared-abcdef');
    await mkdir(left, { recursive: true });
    await utimes(left, new Date(0), new Date(0));
    const { code, stdout } = await bob.lockstep(['share', 'fetch', '--json']);
    assert.equal(code, 1, stdout);
    const outcome = JSON.parse(stdout) as {
      fetched: { id: string }[];
      refused: { id: string; why: string }[];
    };
    assert.deepEqual(
      outcome.fetched.map(one => one.id),
      [id],
    );
    const why = new Map(outcome.refused.map(one => [one.id, one.why]));
    for (const [runId, { what, says }] of planted) assert.match(why.get(runId) ?? 'it came', says, what);
    assert.match(why.get(links) ?? 'it came', /no ordinary file/);
    assert.match(why.get(flood) ?? 'it came', /too many files/);
    assert.match(why.get(another) ?? 'it came', /belongs to another run/);
    assert.equal(why.get(blob), 'its ref names no commit');
    assert.equal(why.size, planted.size + 4);

    const list = await new RunStore(bob.store).list();
    assert.deepEqual(
      list.map(run => run.id),
      [id],
    );
    assert.deepEqual(await leftovers(bob), []);
    // A name is text, wherever it is shown.
    const shown = await bob.expect(0, 'runs');
    assert.match(shown, /<img src=x onerror=alert\(1\)>/);
    assert.ok(!shown.includes('\u001b'));
  });

  it('never take the place of a run that is here', async () => {
    const bob = await all.join('boris');
    await bob.expect(0, 'share', 'fetch', id);
    const before = await readFile(join(bob.store, 'runs', id.slice(-2), id, 'plan.json'), 'utf8');
    await plant(
      id,
      made(
        id,
        plan(value => (value['argv'] = ['sh', '-c', 'evil'])),
      ),
    );
    for (const member of [bob, ana]) {
      const { code, stderr } = await member.lockstep(['share', 'fetch', id]);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /another run with the same id is here, and one of the two was changed/);
    }
    assert.equal(await readFile(join(bob.store, 'runs', id.slice(-2), id, 'plan.json'), 'utf8'), before);
    const { code, stderr } = await ana.lockstep(['share', 'push', id]);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /one of the two was changed. Nothing was replaced/);
  });

  /** A tree of as many files as are too many to list, all of them the same. */
  async function addManyFiles(runId: string): Promise<void> {
    const ref = sharedRefOf(runId);
    const blob = await ana.git('--git-dir', all.hub, 'rev-parse', `${ref}:manifest.json`);
    const count = 60_000;
    const lines = Array.from(
      { length: count },
      (_, place) => `100644 blob ${blob}\tfile${String(place).padStart(8, '0')}.json\n`,
    );
    const own = await ana.git('--git-dir', all.hub, 'ls-tree', ref);
    const run = async (args: readonly string[], input: string): Promise<string> => {
      const done = await runCommand({
        program: 'git',
        args: ['--git-dir', all.hub, '-c', 'user.name=m', '-c', 'user.email=m@x.invalid', ...args],
        env: ana.environment,
        input,
      });
      assert.equal(done.exitCode, 0, done.stderr);
      return done.stdout.toString('utf8').trim();
    };
    const tree = await run(['mktree'], `${own}\n${lines.join('')}`);
    await run(['update-ref', ref, await run(['commit-tree', tree], 'x')], '');
  }
});

/** What lies among runs and is none. */
async function leftovers({ store }: Member): Promise<string[]> {
  const found: string[] = [];
  for (const shard of await readdir(join(store, 'runs')))
    for (const name of await readdir(join(store, 'runs', shard))) if (name.startsWith('.')) found.push(name);
  return [...found, ...(await readdir(join(store, 'incoming')))];
}
