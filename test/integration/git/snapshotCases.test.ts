/**
 * Every state of a repository that is known to break snapshots. For each: nothing of the person's changed, the
 * record is exact or says what it lacks, and a private checkout has the same bytes again.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, symlink, chmod, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { createPrivateCheckout } from '../../../src/git/privateCheckout.ts';
import { takeSnapshot, type SnapshotRequest } from '../../../src/git/takeSnapshot.ts';
import type { Code } from '../../../src/runs/plan.ts';
import { gitRepository, type Files, type GitRepository } from '../../helpers/gitRepository.ts';
import { fingerprintChanges, repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';
import { workingFiles } from '../../helpers/workingFiles.ts';

interface Case {
  readonly name: string;
  /** Committed before `arrange`; null for an unborn branch. */
  readonly files?: Files | null;
  readonly arrange: (repository: GitRepository) => Promise<void>;
  readonly known?: 'captured' | 'declared';
  /** `path reason` of what the snapshot lists. */
  readonly gaps?: readonly string[];
  /** `status path` of the changed files; not looked at when absent. */
  readonly changed?: readonly string[];
  /** What the checkout may lack. */
  readonly absent?: readonly string[];
  readonly request?: Partial<SnapshotRequest>;
  readonly check?: (code: Code, repository: GitRepository, checkout: string) => Promise<void>;
}

const two = { 'a.txt': 'a\n', 'b.txt': 'b\n' };
const asTester = ['-c', 'user.name=A Tester', '-c', 'user.email=tester@example.invalid'];
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

const cases: Case[] = [
  {
    name: 'untracked and binary files',
    arrange: repository =>
      repository.write({
        'new/deep.py': 'x = 1\n',
        'weights.bin': bytes(0, 255, 13, 10, 0),
        'a.txt': 'changed\n',
      }),
    changed: ['A new/deep.py', 'A weights.bin', 'M a.txt'],
  },
  {
    name: 'ignored files stay out, tracked ones below an ignored folder stay in',
    files: { 'out/kept.txt': 'kept\n', 'a.txt': 'a\n' },
    arrange: async repository => {
      await repository.write({ '.gitignore': 'out/\n*.log\n', 'out/kept.txt': 'changed\n' });
    },
    changed: ['A .gitignore', 'M out/kept.txt'],
  },
  {
    name: 'mode bits, also where core.fileMode is off',
    files: { 'run.sh': '#!/bin/sh\n', 'plain.sh': '#!/bin/sh\n' },
    arrange: async repository => {
      await repository.git('config', 'core.fileMode', 'false');
      await chmod(join(repository.root, 'run.sh'), 0o755);
    },
    changed: ['M run.sh'],
  },
  {
    name: 'symbolic links: to a file, a folder, nowhere, and a folder that became a link',
    files: { 'd/x.txt': 'x\n', 'a.txt': 'a\n' },
    arrange: async ({ root }) => {
      await symlink('a.txt', join(root, 'to-file'));
      await symlink('/nonexistent/é', join(root, 'nowhere'));
      await rename(join(root, 'd'), join(root, 'e'));
      await symlink('e', join(root, 'd'));
    },
    changed: ['A d', 'A e/x.txt', 'A nowhere', 'A to-file', 'D d/x.txt'],
  },
  {
    name: 'a file that became a folder and the reverse',
    files: { was: 'file\n', 'dir/x': 'x\n' },
    arrange: async repository => {
      await rm(join(repository.root, 'was'));
      await rm(join(repository.root, 'dir'), { recursive: true });
      await repository.write({ 'was/now': 'below\n', dir: 'file now\n' });
    },
  },
  {
    name: 'staged, unstaged and both in one file',
    files: two,
    arrange: async repository => {
      await repository.write({ 'a.txt': 'staged\n', 'staged.txt': 'new\n' });
      await repository.git('add', '.');
      await repository.write({ 'a.txt': 'on disk\n' });
      await rm(join(repository.root, 'staged.txt'));
    },
    changed: ['M a.txt'],
  },
  {
    name: 'only staged changes',
    files: two,
    arrange: async repository => {
      await repository.write({ 'a.txt': 'staged\n' });
      await repository.git('add', '.');
    },
    changed: ['M a.txt'],
  },
  {
    name: 'skip-worktree and assume-unchanged edits',
    files: two,
    arrange: async repository => {
      await repository.git('update-index', '--skip-worktree', 'a.txt');
      await repository.git('update-index', '--assume-unchanged', 'b.txt');
      await repository.write({ 'a.txt': 'hidden\n', 'b.txt': 'hidden, too\n' });
    },
    changed: ['M a.txt', 'M b.txt'],
  },
  {
    name: 'a sparse checkout with an edit inside and a new file outside',
    files: { 'in/a.txt': 'a\n', 'outside/b.txt': 'b\n', 'outside/deep/c.txt': 'c\n' },
    arrange: async repository => {
      await repository.git('sparse-checkout', 'set', '--cone', 'in');
      await repository.write({ 'in/a.txt': 'changed\n', 'outside/new.txt': 'new\n' });
    },
    changed: ['A outside/new.txt', 'M in/a.txt'],
  },
  {
    name: 'a sparse index',
    files: { 'in/a.txt': 'a\n', 'outside/b.txt': 'b\n', 'outside/deep/c.txt': 'c\n' },
    arrange: async repository => {
      await repository.git('sparse-checkout', 'set', '--cone', '--sparse-index', 'in');
      await repository.write({ 'in/a.txt': 'changed\n' });
    },
    changed: ['M in/a.txt'],
  },
  {
    name: 'intent to add',
    files: two,
    arrange: async repository => {
      await repository.write({ 'later.txt': 'later\n' });
      await repository.git('add', '--intent-to-add', 'later.txt');
    },
    changed: ['A later.txt'],
  },
  {
    name: 'an edit in the instant the index was written',
    files: two,
    arrange: async repository => {
      const { root } = repository;
      const then = new Date('2020-01-01T00:00:00Z');
      await repository.git('config', 'core.trustctime', 'false');
      await utimes(join(root, 'a.txt'), then, then);
      await repository.git('update-index', '--refresh');
      await repository.write({ 'a.txt': 'z\n' });
      await utimes(join(root, 'a.txt'), then, then);
      await utimes(join(root, '.git', 'index'), then, then);
    },
    changed: ['M a.txt'],
  },
  ...(['true', 'input'] as const).map((value): Case => ({
    name: `CRLF under core.autocrlf=${value}`,
    files: { 'unix.txt': 'one\ntwo\n', 'mixed.txt': 'one\ntwo\n' },
    arrange: async repository => {
      await repository.git('config', 'core.autocrlf', value);
      await repository.git('config', 'core.safecrlf', 'true');
      await repository.write({ 'dos.txt': 'one\r\ntwo\r\n', 'mixed.txt': 'one\r\ntwo\nthree\n' });
    },
    gaps: ['dos.txt filtered', 'mixed.txt filtered'],
  })),
  {
    name: 'line endings by attributes, in files that git calls unchanged',
    files: { '.gitattributes': '*.bat text eol=crlf\n* text=auto\n', 'run.bat': 'echo\r\n', 'a.txt': 'a\n' },
    arrange: () => Promise.resolve(),
    gaps: ['run.bat filtered'],
    changed: [],
  },
  {
    name: 'a clean filter, also on an unchanged file',
    files: { 'a.txt': 'a\n' },
    arrange: async repository => {
      await repository.git('config', 'filter.upper.clean', 'tr a-z A-Z');
      await repository.git('config', 'filter.upper.smudge', 'tr A-Z a-z');
      await repository.write({
        '.gitattributes': '*.up filter=upper\n',
        'same.up': 'same\n',
        'edit.up': 'before\n',
      });
      await repository.commit();
      await repository.write({ 'edit.up': 'after\n', 'new.up': 'new\n' });
    },
    gaps: ['edit.up filtered', 'new.up filtered', 'same.up filtered'],
    changed: ['A new.up', 'M edit.up'],
  },
  ...(['required', 'optional'] as const).map((need): Case => ({
    name: `a broken filter program that is ${need}`,
    files: { 'a.txt': 'a\n' },
    arrange: async repository => {
      await repository.write({ '.gitattributes': '*.x filter=broken\n', 'old.x': 'old\n' });
      await repository.commit();
      await repository.git('config', 'filter.broken.clean', '/nonexistent/filter');
      await repository.git('config', 'filter.broken.required', String(need === 'required'));
      await repository.write({ 'old.x': 'edited\n', 'new.x': 'new\n' });
    },
    changed: ['A new.x', 'M old.x'],
  })),
  {
    name: 'a filter that nobody configured, ident and an encoding',
    files: { 'a.txt': 'a\n' },
    arrange: async repository => {
      await repository.write({
        '.gitattributes': '*.x filter=nobody\n*.id ident\n*.u16 working-tree-encoding=UTF-16LE\n',
        'a.x': 'x\n',
        'a.id': '$Id: 0123456789012345678901234567890123456789 $\n',
        'a.u16': Buffer.from('text\n', 'utf16le'),
      });
    },
    gaps: ['a.id filtered', 'a.u16 filtered'],
  },
  {
    name: 'pointers in place of large files',
    arrange: async repository => {
      const pointer = `printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\n' "$(sha256sum | cut -c1-64)"`;
      await repository.git('config', 'filter.lfs.clean', pointer);
      await repository.git('config', 'filter.lfs.smudge', 'cat');
      await repository.git('config', 'filter.lfs.required', 'true');
      await repository.write({
        '.gitattributes': '*.pt filter=lfs diff=lfs merge=lfs -text\n',
        'model.pt': bytes(0, 1, 2),
      });
      await repository.commit();
    },
    gaps: ['model.pt filtered'],
    changed: [],
  },
  {
    name: 'settings that break text diffs',
    files: two,
    arrange: async repository => {
      for (const [name, value] of [
        ['diff.noprefix', 'true'],
        ['diff.external', 'false'],
        ['diff.renames', 'copies'],
        ['color.ui', 'always'],
        ['status.short', 'true'],
        ['status.showUntrackedFiles', 'no'],
        ['status.relativePaths', 'false'],
        ['core.quotePath', 'true'],
        ['diff.ignoreSubmodules', 'all'],
        ['core.excludesFile', '/nonexistent'],
      ] as const)
        await repository.git('config', name, value);
      await repository.write({ 'a.txt': 'changed\n', 'new.txt': 'new\n' });
    },
    changed: ['A new.txt', 'M a.txt'],
  },
  {
    name: 'signing by a program that is not there, and no identity',
    files: two,
    arrange: async repository => {
      await repository.git('config', 'commit.gpgSign', 'true');
      await repository.git('config', 'tag.gpgSign', 'true');
      await repository.git('config', 'gpg.program', '/nonexistent/gpg');
      await repository.git('config', 'user.useConfigOnly', 'true');
      await repository.write({ 'a.txt': 'changed\n' });
    },
    changed: ['M a.txt'],
  },
  ...(['.git/hooks', 'my hooks'] as const).map((folder): Case => ({
    name: `hooks in ${folder} that veto everything`,
    files: two,
    arrange: async repository => {
      if (folder !== '.git/hooks') await repository.git('config', 'core.hooksPath', folder);
      await mkdir(join(repository.root, folder), { recursive: true });
      for (const hook of [
        'reference-transaction',
        'post-index-change',
        'post-checkout',
        'fsmonitor-watchman',
      ]) {
        const path = join(repository.root, folder, hook);
        await writeFile(
          path,
          `#!/bin/sh\necho called >> ${JSON.stringify(join(repository.home, 'called'))}\nexit 1\n`,
        );
        await chmod(path, 0o755);
      }
      await repository.write({ 'a.txt': 'changed\n' });
    },
    check: async (_code, repository) => {
      await assert.rejects(readFile(join(repository.home, 'called')), { code: 'ENOENT' });
    },
  })),
  {
    name: 'a detached HEAD',
    files: two,
    arrange: async repository => {
      await repository.git('checkout', '--quiet', '--detach');
      await repository.write({ 'a.txt': 'changed\n' });
    },
    check: async (code, repository, checkout) => {
      assert.equal(code.branch, undefined);
      assert.equal(code.head, await repository.git('rev-parse', 'HEAD'));
      assert.equal(await gitIn(repository, checkout, 'branch', '--show-current'), '');
    },
  },
  {
    name: 'a branch, which has gone on since, and an identity of the repository',
    files: two,
    arrange: async repository => {
      await repository.git('checkout', '--quiet', '-b', 'feature/x');
      await repository.git('config', 'user.name', 'A "B" C');
      await repository.git('config', 'user.email', 'abc@example.invalid');
    },
    check: async (code, repository, checkout) => {
      const inside = (...args: string[]): Promise<string> => gitIn(repository, checkout, ...args);
      assert.equal(await inside('branch', '--show-current'), 'feature/x');
      assert.equal(await inside('rev-parse', '--abbrev-ref', 'HEAD'), 'feature/x');
      assert.deepEqual(
        [await inside('config', 'user.name'), await inside('config', 'user.email')],
        ['A "B" C', 'abc@example.invalid'],
      );
      const { root, home, environment } = repository;
      await repository.write({ 'a.txt': 'later\n' });
      await repository.commit('later');
      const target = join(home, 'a later checkout');
      const before = await repositoryFingerprint(root);
      await createPrivateCheckout({ root, code, target, environment });
      assert.equal(await gitIn(repository, target, 'rev-parse', 'feature/x'), code.head);
      // What is committed in there stays in there.
      await gitIn(repository, target, ...asTester, 'commit', '--quiet', '--allow-empty', '-m', 'private');
      assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(root)), []);
    },
  },
  {
    name: 'a branch whose name has become a folder of others since',
    files: two,
    arrange: async repository => {
      await repository.git('checkout', '--quiet', '-b', 'feature');
    },
    check: async (code, repository) => {
      const { root, home, environment } = repository;
      await repository.git('branch', '--quiet', '-m', 'feature', 'feature/x');
      const target = join(home, 'a later checkout');
      await createPrivateCheckout({ root, code, target, environment });
      assert.equal(
        await gitIn(repository, target, 'rev-parse', 'HEAD', 'feature/x'),
        `${code.head}\n${code.head}`,
      );
    },
  },
  {
    name: 'an unborn branch with files',
    files: null,
    arrange: repository => repository.write({ 'first.py': 'pass\n' }),
    changed: ['A first.py'],
    check: code => {
      assert.equal(code.head, undefined);
      assert.equal(code.branch, 'main');
      return Promise.resolve();
    },
  },
  { name: 'an unborn branch and nothing at all', files: null, arrange: () => Promise.resolve(), changed: [] },
  {
    name: 'a merge in progress',
    files: two,
    arrange: async repository => {
      const change = async (branch: string, text: string): Promise<void> => {
        await repository.git('checkout', '--quiet', '-b', branch, 'main');
        await repository.write({ 'a.txt': text, [`${branch}.txt`]: text });
        await repository.commit();
      };
      await change('left', 'left\n');
      await change('right', 'right\n');
      await assert.rejects(repository.git(...asTester, 'merge', 'left'));
    },
  },
  {
    name: 'index.lock held',
    files: two,
    arrange: async repository => {
      await writeFile(join(repository.root, '.git', 'index.lock'), '');
      await writeFile(join(repository.root, '.git', 'HEAD.lock'), '');
      await repository.write({ 'a.txt': 'changed\n' });
    },
    changed: ['M a.txt'],
  },
  {
    name: 'a stash that stays',
    files: two,
    arrange: async repository => {
      await repository.write({ 'a.txt': 'stashed\n' });
      await repository.git(...asTester, 'stash');
      await repository.write({ 'a.txt': 'changed\n' });
    },
    changed: ['M a.txt'],
  },
  {
    name: 'split index, untracked cache and a file system monitor',
    files: two,
    arrange: async repository => {
      await repository.git('update-index', '--split-index');
      await repository.git('update-index', '--untracked-cache');
      await repository.git('config', 'core.fsmonitor', '/nonexistent/monitor');
      await repository.git('config', 'core.untrackedCache', 'true');
      await repository.git('config', 'core.splitIndex', 'true');
      await repository.write({ 'a.txt': 'changed\n', 'new.txt': 'new\n' });
    },
    changed: ['A new.txt', 'M a.txt'],
  },
  {
    name: 'an index of version 4',
    files: { 'dir/one.txt': '1\n', 'dir/one-more.txt': '1\n', 'dir/two.txt': '2\n' },
    arrange: async repository => {
      await repository.git('update-index', '--index-version', '4');
      await repository.git('update-index', '--skip-worktree', 'dir/two.txt');
      await repository.write({ 'dir/two.txt': 'changed\n' });
    },
    changed: ['M dir/two.txt'],
  },
  {
    name: 'files over the limit, tracked and not',
    files: { 'tracked.bin': 'small\n', 'a.txt': 'a\n' },
    arrange: repository =>
      repository.write({
        'tracked.bin': Buffer.alloc(2000, 1),
        'untracked.bin': Buffer.alloc(2000, 2),
        'a.txt': 'b\n',
      }),
    request: { limits: { fileBytes: 1000 } },
    known: 'declared',
    gaps: ['tracked.bin over-limit', 'untracked.bin over-limit'],
    absent: ['tracked.bin', 'untracked.bin'],
    check: code => {
      assert.ok(code.gaps.every(gap => gap.size === 2000 && gap.sha256?.length === 64));
      return Promise.resolve();
    },
  },
  {
    name: 'a tracked file over the limit, unchanged and merely touched',
    files: { 'same.bin': Buffer.alloc(2000, 1), 'touched.bin': Buffer.alloc(2000, 2) },
    arrange: async ({ root }) => {
      const then = new Date('2020-01-01T00:00:00Z');
      await utimes(join(root, 'touched.bin'), then, then);
    },
    request: { limits: { fileBytes: 1000, hashBytes: 0 } },
    known: 'declared',
    gaps: ['touched.bin over-limit'],
    absent: ['touched.bin'],
  },
  {
    name: 'many files that are too much together',
    files: { 'a.txt': 'a\n' },
    arrange: repository =>
      repository.write({
        '1.bin': Buffer.alloc(900, 1),
        '2.bin': Buffer.alloc(800, 2),
        '3.bin': Buffer.alloc(700, 3),
      }),
    request: { limits: { totalBytes: 1600 } },
    known: 'declared',
    gaps: ['1.bin over-limit'],
    absent: ['1.bin'],
  },
  {
    name: 'odd names',
    files: { 'a.txt': 'a\n' },
    arrange: async repository => {
      const odd = [
        'with space',
        'with\nnewline',
        '-dash',
        ':(top)magic',
        '*glob?',
        'quote"\'',
        'tab\t',
        'back\\slash',
        'é',
        '😀',
        '#x',
        '.gitfoo',
      ];
      await repository.write(Object.fromEntries(odd.map(name => [`odd/${name}`, `${name}\n`])));
      const raw = Buffer.concat([
        Buffer.from(`${repository.root}/latin-`),
        Buffer.from([0xe9, 0xff]),
        Buffer.from('.txt'),
      ]);
      await writeFile(raw, 'latin\n');
    },
  },
  {
    name: 'odd names under conversions',
    files: { '.gitattributes': '* text=auto\n' },
    arrange: async repository => {
      await repository.write({ 'with\nnewline': 'a\r\n', 'with space': 'b\r\n' });
      const raw = Buffer.concat([
        Buffer.from(`${repository.root}/latin-`),
        Buffer.from([0xe9]),
        Buffer.from('.txt'),
      ]);
      await writeFile(raw, 'latin\r\n');
    },
    gaps: ['latin-\ufffd.txt filtered', 'with\nnewline filtered', 'with space filtered'],
  },
  {
    name: 'a tracked file that became a pipe, and a pipe that nobody tracks',
    files: two,
    arrange: async ({ root }) => {
      await rm(join(root, 'a.txt'));
      await runCommand({ program: 'mkfifo', args: ['a.txt', 'pipe'], cwd: root });
    },
    known: 'declared',
    gaps: ['a.txt special-file'],
    absent: ['a.txt', 'pipe'],
  },
  {
    name: 'a nested repository with commits and one without',
    files: two,
    arrange: async repository => {
      for (const name of ['with', 'without']) {
        await repository.git('init', '--quiet', name);
        await repository.write({ [`${name}/code.py`]: 'pass\n', [`${name}/.gitignore`]: '*.log\n' });
      }
      await repository.git('-C', 'with', 'add', '.');
      await repository.git('-C', 'with', ...asTester, 'commit', '--quiet', '--message', 'inner');
      await repository.write({ 'with/code.py': 'edited\n', 'with/new.py': 'new\n' });
    },
    known: 'declared',
    gaps: ['with nested-repository', 'without nested-repository'],
  },
  {
    name: 'a submodule: clean, and one that is dirty and ahead',
    files: two,
    arrange: async repository => {
      await addSubmodule(repository, 'clean');
      await addSubmodule(repository, 'dirty');
      await repository.commit();
      const inner = join(repository.root, 'dirty');
      await repository.write({ 'dirty/lib.py': 'ahead\n' });
      await repository.git('-C', inner, ...asTester, 'commit', '--quiet', '--all', '--message', 'ahead');
      await repository.write({ 'dirty/lib.py': 'edited\n', 'dirty/untracked.py': 'new\n' });
    },
    check: async (code, repository, checkout) => {
      assert.deepEqual(
        code.submodules.map(({ path, dirty }) => [path, dirty]),
        [
          ['clean', false],
          ['dirty', true],
        ],
      );
      const head = async (root: string): Promise<string> => gitIn(repository, root, 'rev-parse', 'HEAD');
      assert.equal(await head(join(checkout, 'dirty')), await head(join(repository.root, 'dirty')));
      assert.deepEqual(code.changed.map(({ status, path }) => `${status} ${path}`).sort(), [
        'A dirty/untracked.py',
        'M dirty',
        'M dirty/lib.py',
      ]);
    },
  },
  {
    name: 'a submodule that is not checked out',
    files: two,
    arrange: async repository => {
      await addSubmodule(repository, 'lib');
      await repository.commit();
      await repository.git('submodule', '--quiet', 'deinit', '--force', 'lib');
    },
    changed: [],
  },
  {
    name: 'inherited GIT_ variables of another task',
    files: two,
    arrange: async repository => repository.write({ 'a.txt': 'changed\n' }),
    request: {
      environment: {
        ...process.env,
        GIT_INDEX_FILE: '/nonexistent/index',
        GIT_OBJECT_DIRECTORY: '/nonexistent/objects',
        GIT_CEILING_DIRECTORIES: '/',
        GIT_LITERAL_PATHSPECS: '1',
        GIT_EXTERNAL_DIFF: 'false',
        GIT_NAMESPACE: 'elsewhere',
        GIT_TRACE: '1',
      },
    },
    changed: ['M a.txt'],
  },
  {
    name: 'a shallow clone',
    files: two,
    arrange: async repository => {
      await repository.write({ 'a.txt': 'second\n' });
      await repository.commit();
      const clone = join(repository.home, 'shallow');
      await repository.git('clone', '--quiet', '--depth', '1', `file://${repository.root}`, clone);
      await rm(repository.root, { recursive: true });
      await rename(clone, repository.root);
      await repository.write({ 'b.txt': 'changed\n' });
    },
    changed: ['M b.txt'],
  },
  {
    name: 'objects named by sha256',
    files: null,
    arrange: async repository => {
      await rm(join(repository.root, '.git'), { recursive: true });
      await repository.git('init', '--quiet', '--initial-branch=main', '--object-format=sha256');
      await repository.write(two);
      await repository.commit();
      await repository.git('update-index', '--skip-worktree', 'a.txt');
      await repository.write({ 'a.txt': 'changed\n' });
    },
    changed: ['M a.txt'],
  },
];

describe('a snapshot of', function () {
  this.timeout(120_000);
  for (const each of cases)
    it(each.name, async () => {
      await using repository = await gitRepository(each.files === null ? undefined : (each.files ?? two));
      await each.arrange(repository);
      const { root, home, environment } = repository;
      const before = await repositoryFingerprint(root);

      const request = { root, environment, ...each.request };
      const snapshot = await takeSnapshot(request);

      assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(root)), []);
      if (snapshot.known === 'unknown') assert.fail(snapshot.reason);
      assert.equal(snapshot.known, each.known ?? 'captured', JSON.stringify(snapshot.value.gaps));
      const code = snapshot.value;
      assert.deepEqual(code.gaps.map(gap => `${gap.path} ${gap.reason}`).sort(), each.gaps ?? []);
      if (each.changed !== undefined)
        assert.deepEqual(code.changed.map(({ status, path }) => `${status} ${path}`).sort(), each.changed);

      const target = join(home, 'private checkout');
      await createPrivateCheckout({ root, code, target, environment });
      assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(root)), []);
      const expected = await workingFiles(root);
      for (const path of each.absent ?? []) expected.delete(path);
      assert.deepEqual(await workingFiles(target), expected);
      if (code.head !== undefined)
        assert.equal(await gitIn(repository, target, 'rev-parse', 'HEAD'), code.head);
      await each.check?.(code, repository, target);
      if (code.gaps.length === 0 && code.submodules.length === 0) return;
      // What is special here must be found where the objects are copied, too.
      const own = join(home, 'own objects');
      await createPrivateCheckout({ root, code, target: own, environment, ownObjects: true });
      assert.deepEqual(await workingFiles(own), expected);
    });

  it('a private history, of which a checkout with objects of its own has the code alone', async () => {
    await using repository = await gitRepository({ 'a.txt': 'earlier\n' });
    const { root, home, environment } = repository;
    const earlier = await repository.git('rev-parse', 'HEAD', 'HEAD:a.txt');
    await repository.write({ 'a.txt': 'now\n', 'b.txt': 'staged\n' });
    await repository.commit('the message of now');
    await repository.git('branch', 'a-secret-name');
    await repository.write({
      'b.txt': 'changed\n',
      'c.txt': 'new\n',
      '.git/info/exclude': 'secret-folder\n',
    });
    const snapshot = await takeSnapshot({ root, environment });
    if (snapshot.known === 'unknown') assert.fail(snapshot.reason);
    const code = snapshot.value;
    const target = join(home, 'private checkout');
    await createPrivateCheckout({ root, code, target, environment, ownObjects: true });
    assert.deepEqual(await workingFiles(target), await workingFiles(root));
    const inside = (...args: string[]): Promise<string> => gitIn(repository, target, ...args);
    // Behind the person's back nothing is looked up.
    await rename(join(root, '.git'), join(home, 'away'));
    await inside('fsck', '--strict');
    assert.equal(await inside('status', '--porcelain'), ' M b.txt\n?? c.txt');
    assert.equal(await inside('log', '--format=%H %s'), `${code.head ?? ''} the message of now`);
    // The one name that the record itself has.
    assert.equal(await inside('for-each-ref', '--format=%(refname)'), 'refs/heads/main');
    for (const id of earlier.split('\n')) await assert.rejects(inside('cat-file', '-e', id), id);
    const objects = (await inside('cat-file', '--batch-all-objects', '--batch-check')).split('\n');
    // A commit, its tree and two files; the tree that ran, and two files of it.
    assert.equal(objects.length, 7, objects.join('\n'));
    const exclude = await readFile(join(target, '.git', 'info', 'exclude'), 'utf8').catch(() => '');
    assert.doesNotMatch(exclude, /secret/);
  });
});

async function gitIn(repository: GitRepository, root: string, ...args: string[]): Promise<string> {
  return repository.git('-C', root, ...args);
}

async function addSubmodule(repository: GitRepository, name: string): Promise<void> {
  const source = join(repository.home, `source of ${name}`);
  await mkdir(source);
  await writeFile(join(source, 'lib.py'), 'lib\n');
  await repository.git('-C', source, 'init', '--quiet');
  await repository.git('-C', source, 'add', '.');
  await repository.git('-C', source, ...asTester, 'commit', '--quiet', '--message', 'lib');
  await repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', source, name);
}
