/** Code that one git tree does not hold: submodules with edits of their own, and files over the size limit. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';
import { fingerprintChanges, repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';

async function run(project: CliProject, ...words: string[]): Promise<void> {
  const outcome = await project.lockstep(['run', '--', ...words]);
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
}

async function reproduce(project: CliProject): Promise<Verdict> {
  const { document } = await project.json(['reproduce', '@1', '--json']);
  return verdictSchema.parse(document);
}

/** `lib` inside the project, with one commit. */
async function addSubmodule(project: CliProject): Promise<void> {
  const { repository } = project;
  const source = join(repository.home, 'library');
  const asTester = ['-c', 'user.name=A Tester', '-c', 'user.email=tester@example.invalid'];
  await mkdir(source);
  await writeFile(join(source, 'model.py'), 'VALUE = 0.25\n');
  await repository.git('-C', source, 'init', '--quiet');
  await repository.git('-C', source, 'add', '.');
  await repository.git('-C', source, ...asTester, 'commit', '--quiet', '--message', 'lib');
  await repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', source, 'lib');
  await repository.commit();
}

describe('a reproduction of code in parts', function () {
  this.timeout(180_000);

  it('has a dirty submodule as it was, and touches neither it nor the repository around it', async () => {
    await using project = await cliProject({
      'train.py': `
import json, sys
sys.path.insert(0, 'lib')
from model import VALUE
from extra import MORE
print(json.dumps({'step': 0, 'loss': VALUE + MORE}))
`,
      '.gitignore': '__pycache__/\n',
    });
    const { root } = project;
    await addSubmodule(project);
    await writeFile(join(root, 'lib', 'model.py'), 'VALUE = 0.5\n');
    await writeFile(join(root, 'lib', 'extra.py'), 'MORE = 0.125\n');
    await run(project, 'python3', 'train.py');

    // What lies in the workspace now is not what ran.
    await appendFile(join(root, 'lib', 'model.py'), 'VALUE = 100.0\n');
    const before = await repositoryFingerprint(root);
    const inner = await repositoryFingerprint(join(root, 'lib'));
    const verdict = await reproduce(project);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    const code = verdict.ingredients.find(one => one.name === 'code');
    assert.equal(code?.status, 'same', JSON.stringify(code));
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(root)), []);
    assert.deepEqual(fingerprintChanges(inner, await repositoryFingerprint(join(root, 'lib'))), []);
    assert.match(await readFile(join(root, 'lib', 'model.py'), 'utf8'), /100/);
  });
});
