import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { applyTemplate } from '../../../../src/environments/templates/applyTemplate.ts';
import { substituteOptions } from '../../../../src/environments/templates/substituteOptions.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const template = {
  'devcontainer-template.json': JSON.stringify({
    id: 'small',
    version: '1.0.0',
    name: 'Small',
    options: {
      base: { type: 'string', default: 'debian' },
      tools: { type: 'boolean', default: 'true' },
      extra: { type: 'string', default: '' },
    },
  }),
  'README.md': 'about',
  'NOTES.md': 'about',
  '.devcontainer/devcontainer.json': '{"image":"${templateOption:base}","tools":${templateOption:tools}}',
  '.devcontainer/README.md': 'kept ${templateOption:extra}${templateOption:unknown}',
  '.github/dependabot.yml': 'version: 2',
  'src/deep/file.txt': '${ templateOption:base } ${templateOption: base } ${localEnv:HOME}',
};

describe('applying a template', () => {
  it('copies all but what describes it, with the values of the options', async () => {
    await using folder = await filled({ t: template });
    const applied = await applyTemplate(join(folder.path, 't'), { base: 'ubuntu' }, join(folder.path, 'p'));
    assert.deepEqual(applied, {
      files: [
        '.devcontainer/README.md',
        '.devcontainer/devcontainer.json',
        '.github/dependabot.yml',
        'src/deep/file.txt',
      ],
      kept: {},
    });
    assert.deepEqual(await content(join(folder.path, 'p')), {
      '.devcontainer/README.md': 'kept ',
      '.devcontainer/devcontainer.json': '{"image":"ubuntu","tools":true}',
      '.github/dependabot.yml': 'version: 2',
      'src/deep/file.txt': '${ templateOption:base } ubuntu ${localEnv:HOME}',
    });
  });

  it('leaves out paths and folders that are named', async () => {
    await using folder = await filled({ t: template });
    const { files } = await applyTemplate(join(folder.path, 't'), {}, join(folder.path, 'p'), {
      omitPaths: ['.github/*', '.devcontainer/README.md', 'src/deep'],
    });
    assert.deepEqual(files, ['.devcontainer/devcontainer.json', 'src/deep/file.txt']);
  });

  it('writes nothing where something is in the way, and keeps a copy of it under force', async () => {
    await using folder = await filled({ t: template, p: { 'src/deep/file.txt': 'mine' } });
    const [from, to] = [join(folder.path, 't'), join(folder.path, 'p')];
    await assert.rejects(applyTemplate(from, {}, to), {
      code: 'files-in-the-way',
      message: /src\/deep\/file\.txt/,
    });
    assert.deepEqual(await content(to), { 'src/deep/file.txt': 'mine' });
    const trash = join(folder.path, 'trash', 'one');
    const { kept } = await applyTemplate(from, {}, to, { force: trash });
    const copy = join(trash, 'src/deep/file.txt');
    assert.deepEqual(kept, { 'src/deep/file.txt': copy });
    assert.equal(await readFile(copy, 'utf8'), 'mine');
    assert.equal((await content(to))['src/deep/file.txt']?.includes('debian'), true);
    assert.equal(Object.keys(await content(to)).length, 4, 'no copies among the files of the project');
  });

  it('takes back what it wrote when it is stopped', async () => {
    await using folder = await filled({ t: template, p: { '.github/dependabot.yml': 'mine' } });
    let looks = 0;
    const signal = { throwIfAborted: () => assert.ok((looks += 1) < 10, 'stopped') } as AbortSignal;
    await assert.rejects(
      applyTemplate(join(folder.path, 't'), {}, join(folder.path, 'p'), {
        ...{ force: join(folder.path, 'trash'), signal },
      }),
    );
    assert.equal(existsSync(join(folder.path, 'trash')), false);
    assert.deepEqual(await content(join(folder.path, 'p')), { '.github/dependabot.yml': 'mine' });
    assert.deepEqual(await readdir(join(folder.path, 'p')), ['.github']);
  });

  it('follows no link out of the project, and no link at all', async function () {
    if (process.platform === 'win32') this.skip();
    await using folder = await filled({ t: template, elsewhere: { 'x.txt': 'x' } });
    await symlink(join(folder.path, 'elsewhere'), join(folder.path, 'p', '.devcontainer'));
    for (const force of [undefined, join(folder.path, 'trash')])
      await assert.rejects(applyTemplate(join(folder.path, 't'), {}, join(folder.path, 'p'), { force }), {
        code: 'path-leaves-project',
      });
    assert.deepEqual(await content(join(folder.path, 'elsewhere')), { 'x.txt': 'x' });
  });

  it('refuses a template that is damaged', async () => {
    for (const damaged of ['{', '{"id":"x"}', '[]']) {
      await using folder = await filled({ t: { 'devcontainer-template.json': damaged } });
      await assert.rejects(applyTemplate(join(folder.path, 't'), {}, folder.path), {
        code: 'template-broken',
      });
    }
  });

  it('leaves text without options as it is, and puts values in without looking into them', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.stringMatching(/^\w{1,8}$/),
        fc.string(),
        fc.string(),
        (before, name, value, after) => {
          fc.pre(!`${before}${after}`.includes('templateOption'));
          assert.equal(substituteOptions(before + after, { [name]: value }), before + after);
          assert.equal(
            substituteOptions(`${before}\${templateOption:${name}}${after}`, { [name]: value }),
            before + value + after,
          );
        },
      ),
    );
  });
});

async function filled(folders: Record<string, Record<string, string>>): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, 'p'));
  for (const [name, files] of Object.entries(folders))
    for (const [path, text] of Object.entries(files)) {
      const place = join(folder.path, name, path);
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, text);
    }
  return folder;
}

async function content(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(
      files.sort().map(async file => [file.slice(folder.length + 1), await readFile(file, 'utf8')]),
    ),
  ) as Record<string, string>;
}
