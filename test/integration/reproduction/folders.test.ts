/** Folders that a run made, found or looked through: its reproduction finds what the run found, and nothing more. */
import assert from 'node:assert/strict';
import { mkdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasBirthTimes } from '../../../src/execution/sources/birthTimes.ts';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import type { Forecast } from '../../../src/runs/forecast.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const files = {
  '.gitignore': '/out/\n/logs/\n/fresh/\n/runs/\n/samples/\n/newest/\n/nothing/\n/build/\n/kept/\n',
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
  // Asks for each number whether it is there.
  'next.py': `
import json, os
folder, number = 'runs/exp', 1
while os.path.isdir(folder):
    number += 1
    folder = 'runs/exp%d' % number
os.makedirs(folder)
with open(folder + '/model.txt', 'w') as file:
    file.write('weights')
print(json.dumps({'step': 1, 'loss': 1}))
`,
  // Counts files, and reads some of them.
  'count.py': `
import glob, json, os, sys
files = sorted(glob.glob(sys.argv[1] + '/*.txt'))
size = sum(os.path.getsize(name) for name in files)
for step in range(3):
    with open(files[step]) as file:
        print(json.dumps({'step': step, 'loss': float(file.read()) / len(files) + size}))
`,
  // Goes on from the newest.
  'newest.py': `
import glob, json, os
newest = max(sorted(glob.glob('newest/*')), key=os.path.getmtime)
values = {}
for name in glob.glob('newest/*'):
    with open(name) as file:
        values[name] = float(file.read())
print(json.dumps({'step': 1, 'loss': values[newest]}))
`,
  // Downloads once, as libraries do.
  'download.py': `
import json, os
path = os.path.expanduser('~/.keras/datasets/numbers.txt')
if not os.path.exists(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write('3')
with open(path) as file:
    print(json.dumps({'step': 1, 'loss': float(file.read())}))
`,
  // Starts a tool that was built here.
  'tool.py': `
import json, subprocess
print(json.dumps({'step': 1, 'loss': float(subprocess.check_output(['./build/prep']))}))
`,
  // Takes the step from the name behind a link.
  'resume.py': `
import json, os
step = int(os.path.realpath('kept/latest').split('_')[-1])
with open('kept/latest') as file:
    print(json.dumps({'step': step, 'loss': float(file.read())}))
`,
  'list.py': `
import json, os
print(json.dumps({'step': 1, 'loss': len(os.listdir('nothing'))}))
`,
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

  async function run(...words: string[]): Promise<string> {
    const { code, document } = await project.json(['run', '--json', '--', ...words]);
    assert.equal(code, 0, JSON.stringify(document));
    return (document as { id: string }).id;
  }

  async function reproduce(id: string): Promise<Verdict> {
    return verdictSchema.parse((await project.json(['reproduce', id, '--json'])).document);
  }

  async function reproduced(...words: string[]): Promise<Verdict> {
    return reproduce(await run(...words));
  }

  async function forecast(id: string): Promise<Forecast> {
    const { document } = await project.json(['reproduce', id, '--forecast', '--json']);
    return forecastSchema.parse(document);
  }

  async function writeSamples(folder: string): Promise<void> {
    await mkdir(join(project.root, folder));
    for (let at = 0; at < 8; at++) await writeFile(join(project.root, folder, `s${at}.txt`), `${at}.5\n`);
  }

  it('does not make those that the program makes', async () => {
    const verdict = await reproduced('python3', 'make.py');
    assert.equal(verdict.verdict, 'identical', verdict.sentence);
  });

  it('counts on from the same number', async () => {
    for (const number of [0, 1]) {
      const verdict = await reproduced('python3', 'version.py');
      assert.equal(verdict.verdict, 'identical', verdict.sentence);
      assert.deepEqual(
        verdict.outputs.map(({ path }) => path),
        [`logs/version_${number}/checkpoints/model.txt`],
      );
    }
  });

  it('counts on from the same number where each is asked for', async () => {
    for (const name of ['exp', 'exp2']) {
      const verdict = await reproduced('python3', 'next.py');
      assert.equal(verdict.verdict, 'identical', verdict.sentence);
      assert.deepEqual(
        verdict.outputs.map(({ path }) => path),
        [`runs/${name}/model.txt`],
      );
    }
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

  it('holds what was there and was not read', async () => {
    await writeSamples('samples');
    const id = await run('python3', 'count.py', 'samples');
    const ahead = await forecast(id);
    const verdict = await reproduce(id);
    assert.equal(verdict.verdict, 'identical', verdict.sentence);
    assert.doesNotMatch(ahead.sentence, /not certain|cannot/, ahead.sentence);

    // Which files it held is known, so it is known that they are others.
    await rm(join(project.root, 'samples/s7.txt'));
    const other = await forecast(id);
    assert.match(other.sentence, /samples/);
    const without = await reproduce(id);
    assert.equal(without.verdict, 'inconclusive', without.sentence);
    const data = without.ingredients.find(({ name }) => name === 'data');
    assert.deepEqual(data?.differences, ['samples holds other files than the original found there']);
    assert.deepEqual(without.caps, ['samples does not hold the files that the original found there']);
    assert.deepEqual(other.caps, without.caps);
  });

  it('holds what the pin of its code says, also where the workspace has lost it', async () => {
    await project.lockstep(['data', 'init']);
    await writeSamples('pinned');
    const added = await project.lockstep(['data', 'add', 'pinned']);
    assert.equal(added.code, 0, added.stderr);
    const id = await run('python3', 'count.py', 'pinned');
    await rm(join(project.root, 'pinned'), { recursive: true });
    const ahead = await forecast(id);
    const verdict = await reproduce(id);
    assert.equal(verdict.verdict, 'identical', verdict.sentence);
    assert.doesNotMatch(ahead.sentence, /not certain|cannot/, ahead.sentence);
  });

  it('holds files as old as they were', async () => {
    await mkdir(join(project.root, 'newest'));
    for (const [name, time] of [
      ['a', 1_700_000_000],
      ['b', 1_700_000_200],
      ['c', 1_700_000_100],
    ] as const) {
      const path = join(project.root, 'newest', name);
      await writeFile(path, `${time}`);
      await utimes(path, time, time);
    }
    const verdict = await reproduced('python3', 'newest.py');
    assert.equal(verdict.verdict, 'identical', verdict.sentence);
  });

  it('is no reason to make again what lies outside the repository', async () => {
    await using home = await temporaryFolder();
    const options = { env: { HOME: home.path } };
    const ran = await project.json(['run', '--json', '--', 'python3', 'download.py'], options);
    const { id } = ran.document as { id: string };
    const ahead = await project.json(['reproduce', id, '--forecast', '--json'], options);
    assert.match(forecastSchema.parse(ahead.document).sentence, /not certain/);
    const { document } = await project.json(['reproduce', id, '--json'], options);
    const verdict = verdictSchema.parse(document);
    assert.equal(verdict.verdict, 'within-tolerance', verdict.sentence);
    const [output] = verdict.outputs;
    assert.deepEqual([output?.volatile, output?.verdict], [true, 'inconclusive']);
    assert.match(
      verdict.caps.join(),
      /numbers\.txt was there as the original had left it, and was not made again$/,
    );
  });

  it('holds a program that the command started', async () => {
    await mkdir(join(project.root, 'build'));
    const tool = join(project.root, 'build/prep');
    await writeFile(tool, '#!/bin/sh\necho 0.5\n', { mode: 0o755 });
    await utimes(tool, 1_700_000_000, 1_700_000_000);
    const id = await run('python3', 'tool.py');
    const verdict = await reproduce(id);
    // What it read itself nobody observed.
    assert.equal(verdict.verdict, 'within-tolerance', verdict.sentence);
    await writeFile(tool, '#!/bin/sh\necho 0.7\n');
    assert.match((await forecast(id)).sentence, /build\/prep/);
  });

  it('holds links as links', async () => {
    await mkdir(join(project.root, 'kept'));
    await writeFile(join(project.root, 'kept/step_30'), '0.5');
    await symlink('step_30', join(project.root, 'kept/latest'));
    const verdict = await reproduced('python3', 'resume.py');
    assert.equal(verdict.verdict, 'identical', verdict.sentence);
  });

  it('is there where it held nothing', async () => {
    await mkdir(join(project.root, 'nothing'));
    const verdict = await reproduced('python3', 'list.py');
    assert.equal(verdict.verdict, 'identical', verdict.sentence);
  });
});
