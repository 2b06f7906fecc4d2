import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { editedConfig, withoutSection, type ConfigEdit } from '../../../../src/data/config/editConfig.ts';
import { initDataRepository } from '../../../../src/data/config/initDataRepository.ts';
import { openDataRepository } from '../../../../src/data/config/openDataRepository.ts';
import { parseConfigFile } from '../../../../src/data/config/parseConfigFile.ts';
import { gitRepository } from '../../../helpers/gitRepository.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('parseConfigFile', () => {
  // Each as configobj 5.0.9 reads it.
  const values: readonly (readonly [string, string | readonly string[]])[] = [
    ['a b ', 'a b'],
    ['"a # b"  # c', 'a # b'],
    ["'a, b'", 'a, b'],
    ['a # b, c', 'a'],
    ['http://h/p#x', 'http://h/p'],
    ['reflink,hardlink', ['reflink', 'hardlink']],
    ['a, "b, c" , d # e', ['a', 'b, c', 'd']],
    ['a,', ['a']],
    [',', []],
    ['', ''],
    ['""', ''],
    [`'''it's "so"'''`, `it's "so"`],
    ['"""a\nb"""', 'a\nb'],
    ['50%', '50%'],
    ['é', 'é'],
  ];
  for (const [written, value] of values)
    it(`reads ${JSON.stringify(written)}`, () => {
      const { sections, problems } = parseConfigFile(`[s]\n    k = ${written}\n`);
      assert.deepEqual(problems, []);
      assert.deepEqual(
        sections[1]?.entries.map(entry => [entry.key, entry.value]),
        [['k', value]],
      );
    });

  const wrong: readonly (readonly [string, string])[] = [
    ['[s]\nk = "a', '2: the value of k is badly quoted'],
    ['[s]\nk = a\nk = b', '3: k is there twice'],
    ['[s]\n[s]', '2: the section [s] is there twice'],
    ['[s]\nwords', '2: this is neither a section nor "key = value"'],
    ['[s]\nk = """a\nb', '2: the value of k is badly quoted'],
    ['[s]\n[[t]]', '2: sections inside sections are not supported'],
  ];
  for (const [text, problem] of wrong)
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.deepEqual(
        parseConfigFile(text)
          .problems.slice(0, 1)
          .map(({ line, what }) => `${line}: ${what}`),
        [problem],
      );
    });

  it('never throws and takes no time, whatever the text', () => {
    const words = fc.constantFrom(
      '[',
      ']',
      '"',
      "'",
      '=',
      ',',
      '#',
      ' ',
      '\n',
      'a',
      "'''",
      '"""',
      '%(a)s',
      '\r\n',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 60 }), parts => void parseConfigFile(parts.join(''))),
      { numRuns: 500 },
    );
    // Regular expressions as those of configobj need 2^n steps for this.
    parseConfigFile(`[s]\nk = ${'a, '.repeat(20_000)}"\n[${'] '.repeat(2_000)}`);
  });
});

describe('editConfig', () => {
  const remote = { remote: 'Myr' };
  const edits: readonly (readonly [string, string, readonly ConfigEdit[], string])[] = [
    [
      'a remote to an empty file',
      '',
      [
        { section: 'core', option: 'remote', value: 'myr' },
        { section: remote, option: 'url', value: '../../r, 1' },
        { section: 'cache', option: 'type', value: ['reflink', 'copy'] },
      ],
      `[core]\n    remote = myr\n[cache]\n    type = reflink, copy\n['remote "Myr"']\n    url = "../../r, 1"\n`,
    ],
    [
      'one value, beside comments and names that dvc cannot write',
      `# my\n[CORE]\n\tRemote = a # b\n\n# é\n[remote "myr"]\nurl = x\nurl2 = y`,
      [
        { section: 'core', option: 'remote', value: 'c' },
        { section: remote, option: 'url', value: 'é' },
        { section: remote, option: 'jobs', value: '3' },
      ],
      `# my\n[CORE]\n\tremote = c\n\n# é\n[remote "myr"]\nurl = é\nurl2 = y\n    jobs = 3\n`,
    ],
    [
      'nothing where it is so already',
      '[core]\nremote = "a" # b\n',
      [{ section: 'core', option: 'remote', value: 'a' }],
      '[core]\nremote = "a" # b\n',
    ],
    [
      'a value away',
      '[core]\n    a = """x\ny"""\n    b = 1\n',
      [{ section: 'core', option: 'a', value: undefined }],
      '[core]\n    b = 1\n',
    ],
  ];
  for (const [what, old, changes, text] of edits)
    it(`writes ${what}`, () => {
      assert.equal(editedConfig(old, changes, 'config'), text);
    });

  it('removes a section', () => {
    assert.equal(
      withoutSection('[a]\nx = 1\n["remote \'r\'"]\n[b]\ny = 2\n', 'a', 'c'),
      '["remote \'r\'"]\n[b]\ny = 2\n',
    );
  });

  it('is read as it was written, or refused', () => {
    const value = fc.string({
      unit: fc.constantFrom('"', "'", ',', '#', ' ', 'a', '\n', '=', '[', '%', 'é', '\t'),
      maxLength: 8,
    });
    fc.assert(
      fc.property(value, value, (one, other) => {
        let text: string;
        try {
          text = editedConfig(
            '[core]\n# c\nx = 1\n',
            [
              { section: 'core', option: 'x', value: one },
              { section: 'core', option: 'y', value: [one, other] },
            ],
            'config',
          );
        } catch (error) {
          assert.match(String(error), /was not changed/);
          return;
        }
        const entries = parseConfigFile(text).sections[1]?.entries.map(entry => entry.value);
        assert.deepEqual(entries, [one, [one, other]]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('openDataRepository', () => {
  it('merges the levels, resolves paths, and builds remotes on each other', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a' });
    const { root, home, environment } = repository;
    await repository.write({
      '.dvc/config': `[core]\n remote = Shared\n autostage = TRUE\n[cache]\n type = "hardlink,copy"\n dir = ../../cache\n['remote "shared"']\n url = ../../store\n jobs = 4\n['remote "part"']\n url = remote://server/tmp/x\n user = bob\n['remote "server"']\n url = ssh://h/base\n user = ann\n password = %(user)s\n`,
      '.dvc/config.local': `['remote "Shared"']\nJobs = 8\n`,
      'deep/er/x': '',
    });
    await mkdir(join(home, '.config', 'dvc'), { recursive: true });
    await writeFile(
      join(home, '.config', 'dvc', 'config'),
      `['remote "own"']\nurl = ~/data\n[core]\nremote = own\n`,
    );
    const opened = await openDataRepository(join(root, 'deep', 'er'), environment);
    assert.ok(opened !== undefined);
    assert.equal(opened.root, root);
    assert.equal(opened.gitRoot, root);
    const { remotes, ...settings } = opened.settings;
    assert.deepEqual(settings, {
      cacheFolder: join(root, '..', 'cache'),
      linkTypes: ['hardlink', 'copy'],
      ...{ sharedWithGroup: false, autostage: true, hardlinkLock: false, noScm: false },
      defaultRemote: 'shared',
    });
    assert.deepEqual(remotes, [
      { name: 'own', url: join(home, 'data'), options: {} },
      { name: 'shared', url: join(root, '..', 'store'), options: { jobs: '8' } },
      { name: 'part', url: 'ssh://h/base/tmp/x', options: { user: 'bob', password: 'ann' } },
      { name: 'server', url: 'ssh://h/base', options: { user: 'ann', password: 'ann' } },
    ]);
  });

  it('tells file and line of what cannot be read', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, '.dvc'));
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['[core]\nremote = "a\n', /\.dvc[\\/]config:2: the value of remote is badly quoted/],
      ['[core]\na = %(b)s\n', /config:2: the value of a refers to b, which is not set here/],
      ['[core]\na = %(a)s\n', /config:2: the value of a refers to itself/],
      ['a = 1\n', /config:1: a section must come first/],
      ['[cache]\ntype = magic\n', /cache\.type is "magic"/],
      ['["remote \\"a\\""]\n', /^/],
      [`['remote "a"']\nurl = remote://a/x\n`, /The remote a builds on the remote a/],
    ];
    for (const [text, message] of wrong) {
      await writeFile(join(folder.path, '.dvc', 'config'), text);
      const opening = openDataRepository(folder.path, { HOME: folder.path });
      if (message.source === '^') await opening;
      else await assert.rejects(opening, { code: 'data-config-invalid', message });
    }
    assert.equal(await openDataRepository('/', {}), undefined);
  });
});

describe('folders of data that are links', () => {
  // What a clone can bring along, and what `outside` gets when nobody looks.
  for (const folder of [
    '.dvc',
    '.dvc/tmp',
    '.dvc/tmp/lockstep',
    '.dvc/tmp/lockstep/hashes',
    '.dvc/cache',
    '.dvc/cache/files',
    '.dvc/cache/files/md5',
    '.dvc/cache/files/md5/ab',
    '.dvc/cache/ab',
  ])
    it(`are refused by name: ${folder}`, async () => {
      await using repository = await gitRepository({ 'a.txt': 'a' });
      const { root, home, environment } = repository;
      const outside = join(home, 'outside');
      await mkdir(outside);
      await mkdir(join(root, folder, '..'), { recursive: true });
      await symlink(outside, join(root, folder));
      await repository.git('add', '--force', folder);
      await assert.rejects(openDataRepository(root, environment), {
        code: 'data-folder-is-link',
        message: `${join(root, folder)} is a link that leads out of the repository. Nothing was written through it.`,
      });
      assert.deepEqual(await readdir(outside), []);
    });

  it('are followed inside the repository, and where the person has linked the cache, or named another', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a', 'store/keep': '' });
    const { root, home, environment } = repository;
    const outside = join(home, 'outside');
    await mkdir(outside);
    await mkdir(join(root, '.dvc'));
    await symlink('../store', join(root, '.dvc', 'tmp'));
    await symlink(outside, join(root, '.dvc', 'cache'));
    assert.equal((await openDataRepository(root, environment))?.root, root, 'git does not have the link');
    await repository.git('add', '--force', '.dvc/cache');
    await assert.rejects(openDataRepository(root, environment), { code: 'data-folder-is-link' });
    await writeFile(join(root, '.dvc', 'config.local'), `[cache]\ndir = ${outside}\n`);
    assert.equal((await openDataRepository(root, environment))?.settings.cacheFolder, outside);
    for (const folder of ['.dvc/tmp', '.dvc']) {
      await rm(join(root, folder), { recursive: true });
      await symlink(join(home, 'nowhere'), join(root, folder));
      await assert.rejects(openDataRepository(root, environment), { code: 'data-folder-is-link' });
    }
  });
});

describe('initDataRepository', () => {
  it('writes what dvc init writes, and stages it', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a' });
    const sub = join(repository.root, 'sub');
    await mkdir(sub);
    const made = await initDataRepository(sub, { environment: repository.environment });
    assert.equal(made.root, sub);
    assert.equal(
      await repository.git('status', '--porcelain'),
      'A  sub/.dvc/.gitignore\nA  sub/.dvc/config\nA  sub/.dvcignore',
    );
    const read = (name: string): Promise<string> => readFile(join(sub, name), 'utf8');
    assert.equal(await read('.dvc/config'), '');
    assert.equal(await read('.dvc/.gitignore'), '/config.local\n/tmp\n/cache\n');
    assert.match(await read('.dvcignore'), /^# Add patterns of files dvc should ignore/);
    await assert.rejects(initDataRepository(sub, {}), { code: 'data-repository-exists' });
    await repository.write({ '.gitignore': '.dvc\n' });
    await assert.rejects(initDataRepository(repository.root), { code: 'data-folder-ignored' });
  });

  it('does without git where it is asked to', async () => {
    await using folder = await temporaryFolder();
    await assert.rejects(initDataRepository(folder.path), { code: 'not-a-repository' });
    const made = await initDataRepository(folder.path, { noScm: true });
    assert.equal(made.settings.noScm, true);
    assert.equal(await readFile(join(folder.path, '.dvc', 'config'), 'utf8'), '[core]\n    no_scm = True\n');
  });
});
