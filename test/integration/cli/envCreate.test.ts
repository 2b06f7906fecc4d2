/** `lockstep env templates` and `lockstep env create`, as typed. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderContent } from '../../helpers/folderContent.ts';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';

describe('lockstep env create', function () {
  this.timeout(120_000);
  let project: CliProject;
  before(async () => {
    project = await cliProject({ 'pyproject.toml': '[project]\ndependencies = ["torch==2.9.1"]\n' });
  });
  after(() => project[Symbol.asyncDispose]());

  const content = (): Record<string, string> =>
    folderContent(project.root, { leaveOut: path => path === '.git' });

  it('lists the templates with their options', async () => {
    const { code, document } = await project.json(['env', 'templates', '--json']);
    assert.equal(code, 0);
    const { templates } = document as { templates: { id: string; options: object }[] };
    assert.equal(templates.length, 5);
    assert.ok(templates.every(({ options }) => 'pythonVersion' in options));
    assert.match(
      (await project.lockstep(['env', 'templates'])).stdout,
      /^pytorch-cuda .*\n {2}pythonVersion +3\.12 \(default\), 3\.10/m,
    );
  });

  const wrong: [string[], number, RegExp][] = [
    [['pytorch-cudda'], 2, /Did you mean pytorch-cuda\?/],
    [['pytorch-cuda', '--option', 'cuda'], 2, /no option: a name, an equals sign/],
    [['pytorch-cuda', '--option', 'tochVersion=2.9.1'], 2, /Did you mean torchVersion\?/],
    [['pytorch-cuda', '-o', 'cuda=cu13'], 2, /Did you mean cu130\?|cannot be "cu13"/],
    [['pytorch-cuda', '-o', 'torchVersion=newest'], 2, /torchVersion cannot be "newest"/],
    [['pytorch-rocm', '-o', 'torchVersion=1.13.1'], 2, /There is no PyTorch 1\.13\.1 for this template/],
    [['pytorch-cuda', '-o', 'cuda=cu118', '-o', 'torchVersion=2.9.1'], 2, /has no wheels for cu118/],
  ];
  for (const [words, code, message] of wrong)
    it(`refuses ${words.join(' ')}, and writes nothing`, async () => {
      const before = content();
      const outcome = await project.lockstep(['env', 'create', ...words]);
      assert.equal(outcome.code, code, outcome.stderr);
      assert.match(outcome.stderr, message);
      assert.deepEqual(content(), before);
    });

  it('proposes nothing from a file that it cannot read, and names it', async () => {
    await writeFile(join(project.root, 'environment.yml'), 'dependencies: [');
    const refused = await project.lockstep(['env', 'create']);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /environment\.yml was not read: it is no YAML/);
    await writeFile(join(project.root, 'environment.yml'), 'dependencies: []');
    const list = join(project.root, 'requirements.txt');
    await writeFile(list, 'numpy>=1.26, \\\n  <3\ntorch==2.4.1,<<bad\n');
    const bad = await project.lockstep(['env', 'create']);
    assert.equal(bad.code, 3);
    assert.match(
      bad.stderr,
      /requirements\.txt was not read: line 3: torch==2\.4\.1,<<bad asks for no version/,
    );
    await rm(list);
  });

  it('makes what the project asks for, from a folder below too, and says why; then leaves it alone', async () => {
    const below = join(project.root, 'deep');
    await mkdir(below);
    const made = await project.lockstep(['env', 'create'], { cwd: below });
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /^Made a devcontainer from pytorch-cuda\.$/m);
    assert.match(made.stdout, /PyTorch 2\.9\.1, because pyproject\.toml fixes it\./);
    const dockerfile = join(project.root, '.devcontainer', 'Dockerfile');
    assert.match(await readFile(dockerfile, 'utf8'), /torch==%s\\n' "2\.9\.1"/);

    await appendFile(dockerfile, '# mine\n');
    const before = content();
    const again = await project.lockstep(['env', 'create', 'python-cpu']);
    assert.equal(again.code, 3);
    assert.match(again.stderr, /has a devcontainer already: \.devcontainer\..*\n.*lockstep env up/);
    assert.deepEqual(content(), before);

    const { code, document } = await project.json(['env', 'create', 'python-cpu', '--force', '--json']);
    assert.equal(code, 0);
    const { kept } = document as { kept: Record<string, string> };
    assert.match(await readFile(kept['.devcontainer/Dockerfile'] ?? '', 'utf8'), /# mine\n$/);
    assert.match(kept['.devcontainer/Dockerfile'] ?? '', /\.git\/lockstep\/trash\/\w{26}\/devcontainer\//);
    assert.deepEqual(
      Object.keys(content()).filter(path => path.includes('before')),
      [],
    );
  });
});
