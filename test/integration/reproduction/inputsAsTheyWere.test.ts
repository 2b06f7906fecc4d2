/** Inputs that a run wrote to, that were read in the workspace, or that git converts: what a reproduction says of them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import type { Forecast } from '../../../src/runs/forecast.ts';
import { resultSchema } from '../../../src/runs/result.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliOptions, CliProject } from '../../helpers/lockstepCli.ts';

const files = {
  '.gitignore': '/kept/\n',
  '.gitattributes': 'windows.py text eol=crlf\n',
  // Resumes, appends to a file, counts in a database, and looks through a folder.
  'train.py': `
import json, os, sqlite3
old, first = 0.0, 0
if os.path.exists('kept/ckpt.json'):
    with open('kept/ckpt.json') as file:
        state = json.load(file)
    old, first = state['w'], state['step']
base = sqlite3.connect('kept/study.db')
base.execute('create table if not exists trial (value real)')
trials = base.execute('select count(*) from trial').fetchone()[0]
for step in range(first + 1, first + 4):
    old += 0.5 / step
    print(json.dumps({'step': step, 'loss': 1 / (old + 1 + trials)}))
base.execute('insert into trial values (?)', (old,))
base.commit()
base.close()
with open('kept/ckpt.json', 'w') as file:
    json.dump({'w': old, 'step': first + 3}, file)
with open('kept/results.csv', 'a') as file:
    file.write(str(old) + chr(10))
`,
  'append.py': `
import json
print(json.dumps({'step': 1, 'loss': 0.5}))
with open('kept/results.csv', 'a') as file:
    file.write('0.5' + chr(10))
`,
  'absolute.py': `
import json
print(json.dumps({'step': 1, 'loss': float(open('@ROOT@/data.txt').read())}))
`,
  // Goes on when somebody has opened and closed the pipe.
  'wait.py': `
import json, os
with open('kept/data.bin') as file:
    loss = float(file.read())
if os.path.exists('kept/go'):
    open('kept/go').read()
print(json.dumps({'step': 1, 'loss': loss}))
`,
  'data.txt': '0.5\n',
  'variable.py': `
import json, os
print(json.dumps({'step': 1, 'loss': float(os.environ["LR"])}))
`,
};

describe('what a run read and wrote to', function () {
  this.timeout(240_000);
  let project: CliProject;

  before(async () => {
    project = await cliProject(files);
    const program = files['absolute.py'].replace('@ROOT@', project.root);
    await writeFile(join(project.root, 'absolute.py'), program);
    // As the disk of somebody on Windows has it.
    await writeFile(
      join(project.root, 'windows.py'),
      'import json\r\nprint(json.dumps({"step": 1, "loss": 0.5}))\r\n',
    );
    await mkdir(join(project.root, 'kept'));
    await writeFile(join(project.root, 'kept/results.csv'), 'old\n');
  });
  after(() => project[Symbol.asyncDispose]());

  async function run(words: readonly string[], options?: CliOptions): Promise<string> {
    const { code, document } = await project.json(['run', '--json', '--', ...words], options);
    assert.equal(code, 0, JSON.stringify(document));
    return (document as { id: string }).id;
  }

  async function reproduce(id: string, ...words: string[]): Promise<Verdict> {
    const { document } = await project.json(['reproduce', id, '--json', ...words]);
    return verdictSchema.parse(document);
  }

  async function forecast(id: string, options?: CliOptions): Promise<Forecast> {
    const { document } = await project.json(['reproduce', id, '--forecast', '--json'], options);
    return forecastSchema.parse(document);
  }

  function rowOf({ ingredients }: Verdict, name: string): { status?: string; differences?: string[] } {
    return ingredients.find(one => one.name === name) ?? {};
  }

  it('is given as it was, or its loss is said and nothing is called diverged', async () => {
    await run(['python3', 'train.py']);
    const id = await run(['python3', 'train.py']);
    const here = await forecast(id);
    const data = here.items.filter(one => one.ingredient === 'data');
    assert.deepEqual(data.map(({ what, availability, from }) => [what, availability, from]).sort(), [
      ['kept/ckpt.json', 'here', 'the record'],
      ['kept/results.csv', 'here', 'the record'],
      ['kept/study.db', 'here', 'the record'],
    ]);
    const verdict = await reproduce(id);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.equal(rowOf(verdict, 'data').status, 'same');

    // As where the files were too large to be kept.
    const store = join(project.root, '.git', 'lockstep');
    await rm(runPaths(store, id).earlier, { recursive: true });
    const gone = await forecast(id);
    assert.match(
      gone.sentence,
      /It cannot be the same run: kept\/ckpt\.json \(it was overwritten after the run/,
    );
    assert.ok(gone.blockers.some(({ code }) => code === 'input-overwritten'));
    const refused = await project.lockstep(['reproduce', id]);
    assert.equal(refused.code, 3);
    assert.match(
      refused.stderr,
      /read kept\/ckpt\.json, and then it was written over[\s\S]*--without kept\/ckpt\.json/,
    );
    for (const option of ['--without', '--give']) {
      const wrong = await project.lockstep(['reproduce', id, option, 'kept/ckpt.jsno']);
      assert.equal(wrong.code, 2, wrong.stderr);
      assert.match(wrong.stderr, /kept\/ckpt\.jsno: the run read no such file/);
    }
    const without = await reproduce(id, '--without', 'kept/ckpt.json');
    assert.equal(without.verdict, 'inconclusive', JSON.stringify(without, null, 1));
    assert.match(without.sentence, /kept\/ckpt\.json was overwritten after the run had read it/);
    const { status, differences } = rowOf(without, 'data');
    assert.equal(status, 'unknown');
    assert.match(differences?.join('\n') ?? '', /study\.db existed before the run and was changed by it/);
    assert.doesNotMatch(without.cause ?? '', /No recorded ingredient differs|may draw/);
    const output = without.outputs.find(({ path }) => path === 'kept/results.csv');
    assert.match(output?.sentence ?? '', /^It existed before the run and was appended to; its earlier/);
  });

  it('makes a file that was added to inconclusive, and nothing else, where its start is lost', async () => {
    const id = await run(['python3', 'append.py']);
    await rm(runPaths(join(project.root, '.git', 'lockstep'), id).earlier, { recursive: true });
    const verdict = await reproduce(id);
    assert.equal(verdict.verdict, 'inconclusive', JSON.stringify(verdict, null, 1));
    assert.match(
      verdict.sentence,
      /results\.csv could not be compared\. It existed before the run and was appended/,
    );
    assert.equal(rowOf(verdict, 'data').status, 'unknown');
  });

  it('counts by its content where it lies in the workspace, and is named where that has changed', async () => {
    const id = await run(['python3', 'absolute.py']);
    const same = await reproduce(id);
    assert.equal(same.verdict, 'identical', JSON.stringify(same, null, 1));
    assert.match(
      same.ingredients.find(one => one.name === 'data')?.now ?? '',
      /data\.txt was read in the workspace/,
    );
    await writeFile(join(project.root, 'data.txt'), '0.75\n');
    const ahead = (await forecast(id)).items.find(one => one.what === 'data.txt of the workspace');
    assert.match(ahead?.reason ?? '', /has changed since the run, which may have read it there/);
    const changed = await reproduce(id);
    assert.equal(changed.verdict, 'inconclusive', JSON.stringify(changed, null, 1));
    assert.match(
      changed.sentence,
      /the program reads data\.txt of the workspace by its absolute path, which has changed since/,
    );
    assert.match(
      rowOf(changed, 'data').differences?.join('\n') ?? '',
      /^data\.txt [0-9a-f]{7} → [0-9a-f]{7}$/,
    );
  });

  it('is the same code where git converts its line endings', async () => {
    const verdict = await reproduce(await run(['python3', 'windows.py']));
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.equal(rowOf(verdict, 'code').status, 'same');
  });

  it('is no output of the run where somebody else changed it meanwhile', async () => {
    const [data, go] = ['data.bin', 'go'].map(name => join(project.root, 'kept', name)) as [string, string];
    await writeFile(data, '0.5\n');
    await promisify(execFile)('mkfifo', [go]);
    const running = run(['python3', 'wait.py']);
    // It is there when the program has read its data.
    const pipe = await open(go, 'w');
    await writeFile(data, '0.75\n');
    await pipe.close();
    const id = await running;
    await rm(go);
    const ahead = await forecast(id);
    assert.match(ahead.sentence, /kept\/data\.bin \(it was overwritten after the run had read it/);
    const { stderr } = await project.lockstep(['reproduce', id]);
    assert.match(stderr, /The run read kept\/data\.bin, and then it was written over/);

    const result = await readFile(runPaths(join(project.root, '.git', 'lockstep'), id).result, 'utf8');
    assert.deepEqual(
      resultSchema.parse(JSON.parse(result)).outputs.map(({ path, how }) => [path, how]),
      [['kept/data.bin', 'ambiguous']],
    );
  });

  it('is the same where only names of an ignored folder were asked for', async () => {
    const id = await run([
      'python3',
      '-c',
      'import os; os.listdir("kept"); print(\'{"step": 1, "loss": 0.5}\')',
    ]);
    assert.doesNotMatch((await forecast(id)).sentence, /kept/);
    const verdict = await reproduce(id);
    assert.deepEqual(rowOf(verdict, 'data').status, 'same', JSON.stringify(verdict, null, 1));
  });

  it('is told of variables that the code names, and no seed is guessed beside one that differs', async () => {
    const id = await run(['python3', 'variable.py'], { env: { LR: '0.1' } });
    const lacking = await forecast(id);
    assert.match(
      lacking.sentence,
      /^It cannot be the same run: variable LR \(it was set, is not set here, and /,
    );
    const same = await forecast(id, { env: { LR: '0.1' } });
    assert.doesNotMatch(same.sentence, /variable LR/);
    const { document } = await project.json(['reproduce', id, '--json'], { env: { LR: '0.2' } });
    const verdict = verdictSchema.parse(document);
    assert.equal(verdict.verdict, 'diverged');
    assert.match(
      verdict.cause ?? '',
      /What differs: environment \(variable LR, which variable\.py names, has another value\)\. The program reads it\./,
    );
    assert.doesNotMatch(verdict.cause ?? '', /random numbers/);
  });

  it('has changed, by name, where somebody wrote to it as soon as the run was over', async () => {
    const data = join(project.root, 'kept', 'late.csv');
    await writeFile(data, '0.5\n');
    const words = [
      'python3',
      '-c',
      `print('{"step": 1, "loss": %s}' % open("kept/late.csv").read(4).strip())`,
    ];
    const id = await run(words);
    await writeFile(data, '0.75\n');
    const ahead = await forecast(id);
    assert.match(
      ahead.sentence,
      /It cannot be the same run: kept\/late\.csv \(it has changed since the run\)/,
    );
    // As in a record that lacks its hash.
    const captured = runPaths(join(project.root, '.git', 'lockstep'), id).captured;
    const record = JSON.parse(await readFile(captured, 'utf8')) as { inputs: { sha256?: string }[] };
    assert.equal(record.inputs[0]?.sha256?.length, 64);
    delete record.inputs[0].sha256;
    await writeFile(captured, JSON.stringify(record));
    assert.equal((await forecast(id)).sentence, ahead.sentence);
    const verdict = await reproduce(id);
    assert.equal(verdict.verdict, 'diverged');
    assert.deepEqual(rowOf(verdict, 'data').differences, ['kept/late.csv has changed since the run']);
    assert.match(verdict.cause ?? '', /Other data gives other numbers/);
  });
});
