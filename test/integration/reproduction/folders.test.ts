/** Folders that a run made, found or looked through: its reproduction finds what the run found, and nothing more. */
import assert from 'node:assert/strict';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasBirthTimes } from '../../../src/execution/sources/birthTimes.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';

const files = {
  '.gitignore': '/out/\n/logs/\n/fresh/\n',
  // Fails where the folder is there.
  'make.py': `
import json, os
os.makedirs('out/checkpoints')
with open('out/checkpoints/model.json', 'w') as file:
    json.dump([1, 2], file)
print(json.dumps({'step': 1, 'loss': 1}))
`,
  // Numbers its folders as trainers do.
  'version.py': `
import json, os
os.makedirs('logs', exist_ok=True)
version = max([int(name[8:]) for name in os.listdir('logs')], default=-1) + 1
folder = 'logs/version_%d' % version
os.makedirs(folder + '/checkpoints')
with open(folder + '/checkpoints/model.txt', 'w') as file:
    file.write('weights')
print(json.dumps({'step': 1, 'loss': 1}))
`,
  // Nothing but the time of the folders tells that they were made.
  'make.sh':
    'mkdir made && mkdir made/deep && echo weights > made/deep/model.txt && echo \'{"step":1,"loss":1}\'\n',
  // Fails where the folder is not there.
  'empty.py': `
import json, os, shutil
shutil.rmtree('fresh')
os.mkdir('fresh')
with open('fresh/model.txt', 'w') as file:
    file.write('weights')
print(json.dumps({'step': 1, 'loss': 1}))
`,
};

describe('folders of a run', function () {
  this.timeout(240_000);
  let project: CliProject;

  before(async () => {
    project = await cliProject(files);
  });
  after(() => project[Symbol.asyncDispose]());

  async function reproduced(...words: string[]): Promise<Verdict> {
    const { code, document } = await project.json(['run', '--json', '--', ...words]);
    assert.equal(code, 0, JSON.stringify(document));
    const { id } = document as { id: string };
    return verdictSchema.parse((await project.json(['reproduce', id, '--json'])).document);
  }

  it('does not make those that the program makes', async () => {
    const verdict = await reproduced('python3', 'make.py');
    assert.equal(verdict.verdict, 'identical', verdict.sentence);
  });

  it('counts on from the same number', async () => {
    const verdict = await reproduced('python3', 'version.py');
    assert.equal(verdict.verdict, 'identical', verdict.sentence);
    assert.deepEqual(
      verdict.outputs.map(({ path }) => path),
      ['logs/version_0/checkpoints/model.txt'],
    );
  });

  it('does not make those of a program that nobody observed', async function () {
    const script = join(project.root, 'make.sh');
    if (!hasBirthTimes(script, (await stat(script)).dev)) this.skip();
    const verdict = await reproduced('sh', 'make.sh');
    assert.deepEqual(
      verdict.outputs.map(output => [output.path, output.verdict]),
      [['made/deep/model.txt', 'identical']],
    );
  });

  it('makes one that was there and that the program replaced', async () => {
    await mkdir(join(project.root, 'fresh'));
    const verdict = await reproduced('python3', 'empty.py');
    assert.equal(verdict.verdict, 'identical', verdict.sentence);
  });
});
