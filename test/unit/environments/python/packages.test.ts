import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { capturePackages, listPackages } from '../../../../src/environments/python/packages.ts';
import { captureInterpreter } from '../../../../src/execution/capture/interpreter.ts';
import { runCommand } from '../../../../src/base/runCommand.ts';
import { scrubbedEnvironment } from '../../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

async function write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}

function metadata(name: string, version: string): string {
  return `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nSummary: x\n\nName: not this\n`;
}

describe('Python packages', () => {
  it('are read from what installers leave behind', async () => {
    await using folder = await temporaryFolder();
    const project = join(folder.path, 'my project');
    const vcs = { url: 'https://me:pw@host/x.git', vcs_info: { vcs: 'git', commit_id: 'abc123' } };
    const local = (editable: boolean): string =>
      JSON.stringify({ url: `file://${encodeURI(project)}`, dir_info: { editable } });
    await write(folder.path, {
      'numpy-1.26.4.dist-info/METADATA': metadata('numpy', '1.26.4'),
      'PyYAML-6.0.dist-info/METADATA': metadata('PyYAML', '6.0'),
      'no_metadata-2.0.dist-info/RECORD': '',
      '~umpy-1.0.dist-info/METADATA': metadata('numpy', '1.0'),
      'broken.dist-info/METADATA': 'no header',
      'from_git-1.0.dist-info/METADATA': metadata('from-git', '1.0'),
      'from_git-1.0.dist-info/direct_url.json': JSON.stringify(vcs),
      'plain_dir-1.0.dist-info/METADATA': metadata('plain_dir', '1.0'),
      'plain_dir-1.0.dist-info/direct_url.json': local(false),
      'edit_path-0.1.dist-info/METADATA': metadata('edit-path', '0.1'),
      'edit_path-0.1.dist-info/direct_url.json': local(true),
      '__editable__.edit_path-0.1.pth': `${project}/src\n`,
      'edit_finder-0.1.2.dist-info/METADATA': metadata('edit-finder', '0.1.2'),
      'edit_finder-0.1.2.dist-info/direct_url.json': local(true),
      '__editable__.edit_finder-0.1.2.pth': 'import __editable___edit_finder_0_1_2_finder; x.install()\n',
      '__editable___edit_finder_0_1_2_finder.py': `import sys\nMAPPING: dict[str, str] = {'edit_finder': '${project}/lib/edit_finder'}\n`,
      'edit_other-1.dist-info/METADATA': metadata('edit-other', '1'),
      'edit_other-1.dist-info/direct_url.json': local(true),
      'old_style.egg-info/PKG-INFO': metadata('old-style', '3.0'),
      'file_style-4.0-py3.11.egg-info': metadata('file_style', '4.0'),
      'zipped-5.0-py3.11.egg/EGG-INFO/PKG-INFO': metadata('zipped', '5.0'),
      'develop-me.egg-link': `${project}/dev\n.\n`,
      'my project/dev/develop_me.egg-info/PKG-INFO': metadata('develop-me', '0.0.1'),
      'easy-install.pth': `${project}/dev\n`,
    });
    const rows = (await listPackages([folder.path])).map(({ name, version, url, editable, location }) =>
      [
        name,
        version,
        url,
        editable === true ? '(editable)' : undefined,
        location?.replace(project, '<project>'),
      ]
        .filter(part => part !== undefined)
        .join(' ')
        .replaceAll(encodeURI(project), '<url>')
        .replaceAll(project, '<path>'),
    );
    assert.deepEqual(rows, [
      'develop-me 0.0.1 file://<path>/dev (editable) <project>/dev',
      'edit-finder 0.1.2 file://<url> (editable) <project>/lib',
      'edit-other 1 file://<url> (editable) <project>/src',
      'edit-path 0.1 file://<url> (editable) <project>/src',
      'file_style 4.0',
      'from-git 1.0 https://host/x.git@abc123',
      'no_metadata 2.0',
      'numpy 1.26.4',
      'old-style 3.0',
      'plain_dir 1.0 file://<url>',
      'PyYAML 6.0',
      'zipped 5.0',
    ]);
  });

  it('come from the first folder that holds them', async () => {
    await using folder = await temporaryFolder();
    await write(folder.path, {
      'a/x_y-1.0.dist-info/METADATA': metadata('x.y', '1.0'),
      'b/X_Y-2.0.dist-info/METADATA': metadata('X-Y', '2.0'),
    });
    const list = (...names: string[]): Promise<unknown> =>
      listPackages(names.map(name => join(folder.path, name)));
    assert.deepEqual(await list('missing', 'a', 'b'), [{ name: 'x.y', version: '1.0' }]);
    assert.deepEqual(await list('b', 'a'), [{ name: 'X-Y', version: '2.0' }]);
  });

  it('of a virtual environment are those that its own Python finds', async () => {
    await using folder = await temporaryFolder();
    const variables = scrubbedEnvironment(folder.path);
    const cwd = folder.path;
    const made = await runCommand({
      program: 'python3',
      args: ['-m', 'venv', '--without-pip', '--system-site-packages', 'my env'],
      cwd,
      env: variables,
    });
    assert.equal(made.exitCode, 0, made.stderr);
    const python = join(cwd, 'my env', 'bin', 'python');
    const sites = 'import sysconfig; print(sysconfig.get_path("purelib"))';
    const site = await runCommand({ program: python, args: ['-I', '-c', sites], cwd, env: variables });
    const own = join(site.stdout.toString('utf8').trim(), 'my_own-1.5.dist-info');
    await write(own, { METADATA: metadata('my-own', '1.5') });
    const interpreter = await captureInterpreter({ argv: [python, 'x.py'], cwd, variables });
    assert.equal(interpreter.known, 'captured');
    const found = await capturePackages({ interpreter: interpreter.value, variables });
    assert.equal(found.known, 'captured');
    const ask =
      'from importlib.metadata import distributions as d; print("\\n".join(sorted({x.metadata["Name"] + " " + x.version for x in d()})))';
    const truth = await runCommand({ program: python, args: ['-I', '-c', ask], cwd, env: variables });
    const listed = found.value.map(({ name, version }) => `${name} ${version}`);
    assert.ok(listed.includes('my-own 1.5'));
    assert.deepEqual(listed.sort(), truth.stdout.toString('utf8').trim().split('\n').sort());
  });

  it('of an interpreter without an environment, and unknown without an interpreter', async () => {
    await using folder = await temporaryFolder();
    const variables = scrubbedEnvironment(folder.path);
    const interpreter = await captureInterpreter({ argv: ['python3', 'x.py'], cwd: folder.path, variables });
    assert.equal(interpreter.known, 'captured');
    const found = await capturePackages({ interpreter: interpreter.value, variables });
    assert.equal(found.known, 'captured');
    assert.equal((await capturePackages({ variables })).known, 'unknown');
  });
});
