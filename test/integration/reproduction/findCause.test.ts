/** The cause of a divergence found by trials: a changed package of several, and what is left when it is stopped. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { awaitCaptured } from '../../../src/reproduction/awaitCaptured.ts';
import { findCause, type CausePlan } from '../../../src/reproduction/cause/findCause.ts';
import { showOutputSchema } from '../../../src/cli/output/showOutput.ts';
import { causeReportSchema } from '../../../src/runs/causeReport.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import { cliProject, cliScript } from '../../helpers/lockstepCli.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';
import { packageIndex } from '../../helpers/python/packageIndex.ts';
import { storeOf } from '../../helpers/reproducedRuns.ts';
import { waitFor } from '../../helpers/waitFor.ts';

async function recorded(project: CliProject, name: string, words: readonly string[]): Promise<void> {
  const { code, stderr } = await project.lockstep(['run', '--name', name, '--', ...words]);
  assert.equal(code, 0, stderr);
  const runs = storeOf(project);
  await awaitCaptured(runPaths(runs.store, await runs.resolve(name)));
}

/** Whoever agreed to what each of two runs executes has not agreed to files of the one in the place of the other. */
async function mixesNothingForeign(project: CliProject): Promise<void> {
  const { root, environment } = project;
  const runs = storeOf(project);
  const { store } = runs;
  const [base, edited] = [
    await runs.read(await runs.resolve('base')),
    await runs.read(await runs.resolve('edited')),
  ];
  const about = {
    schemaVersion: 1,
    remote: 'origin',
    url: 'x',
    commit: 'c',
    fetchedAt: base.plan?.createdAt ?? '',
  };
  const shared = { ...about, confirmedAt: about.fetchedAt, confirmedFor: ['checkout', 'host', 'workspace'] };
  for (const [original, other] of [
    [{ ...base, shared }, edited],
    [base, { ...edited, shared }],
  ] as const) {
    const asked: CausePlan[] = [];
    const confirm = (plan: CausePlan): Promise<boolean> => Promise.resolve(asked.push(plan) === 0);
    const request = { original, other, store, root, toolVersion: '0', variables: environment, confirm };
    await findCause(
      { ...request, signal: new AbortController().signal },
      { node: process.execPath, supervisorScript: '' },
    );
    const [plan] = asked;
    assert.ok(plan);
    assert.deepEqual(
      plan.trials.filter(({ change }) => change.code !== undefined),
      [],
    );
    assert.deepEqual(
      plan.untried.filter(({ ingredient }) => ingredient === 'code').map(({ problem }) => problem),
      ['code of somebody else is not mixed with that of another run'],
    );
  }
}

describe('find-cause', function () {
  this.timeout(240_000);

  it('names the package of several that changed', async () => {
    await using project = await cliProject({
      'train.py': `
import json, lab_number, lab_other
for step in range(4):
    print(json.dumps({'step': step, 'loss': 1 / (step + 1) + step * lab_number.VALUE}), flush=True)
`,
      '.gitignore': '.venv\n',
    });
    const module = (value: number): string => `VALUE = ${value}\ndef main():\n    print(VALUE)\n`;
    const names = ['lab-number', 'lab-other'];
    await using index = await packageIndex(
      join(project.repository.home, 'wheels'),
      names.flatMap(name => [1, 2].map(version => [name, `${version}.0`, module(version)] as const)),
    );
    const environment = { PIP_INDEX_URL: index.url, UV_PYTHON_DOWNLOADS: 'never', PIP_NO_CACHE_DIR: '1' };
    Object.assign(project.environment, environment);
    const python = join(project.root, '.venv', 'bin', 'python');
    const install = async (version: string): Promise<void> => {
      const target = ['--python', python, 'install', '--quiet', '--disable-pip-version-check'];
      const args = ['-m', 'pip', ...target, ...names.map(name => `${name}==${version}`)];
      const { exitCode, stderr } = await runCommand({ program: 'python3', args, env: project.environment });
      assert.equal(exitCode, 0, stderr);
    };
    const args = ['-m', 'venv', '--without-pip', '.venv'];
    await runCommand({ program: 'python3', args, cwd: project.root, env: project.environment });
    await install('1.0');
    await recorded(project, 'base', [python, 'train.py']);
    await install('2.0');
    const made = await project.json(['reproduce', 'base', '--env', 'host', '--json']);
    const verdict = verdictSchema.parse(made.document);
    assert.equal(verdict.verdict, 'diverged', JSON.stringify(verdict, null, 1));
    assert.match(verdict.cause ?? '', /lab-number 1\.0 → 2\.0/);
    const { code, document } = await project.json(['find-cause', 'base', '--yes', '--json']);
    const report = causeReportSchema.parse(document);
    assert.equal(code, 0, JSON.stringify(report, null, 1));
    assert.deepEqual(report.culprits, [{ ingredient: 'environment', restored: 'lab-number 2.0 → 1.0' }]);
    assert.match(report.trials[0]?.restored ?? '', /^2 packages as they were/);
    const wrong = await project.lockstep(['report', 'base', '--format', 'pdf']);
    assert.equal(wrong.code, 2);
  });

  it('sets back the code of another run, then each of its files', async () => {
    const train = `
import json, rate, shape, unused
factor = float(open('params.yaml').read().split(':')[1])
for step in range(3):
    print(json.dumps({'step': step, 'loss': rate.VALUE * shape.VALUE * factor + step}), flush=True)
`;
    await using project = await cliProject({
      ...{ 'train.py': train, 'params.yaml': 'factor: 2\n', 'unused.py': '' },
      ...{ 'rate.py': 'VALUE = 0.5\n', 'shape.py': 'VALUE = 1\n' },
    });
    const write = (name: string, text: string): Promise<void> => writeFile(join(project.root, name), text);
    await recorded(project, 'base', ['python3', 'train.py']);
    await write('rate.py', 'VALUE = 0.25\n');
    await write('unused.py', 'VALUE = 12345\n');
    await write('added.py', 'VALUE = 0\n');
    await recorded(project, 'edited', ['python3', 'train.py']);
    await mixesNothingForeign(project);
    const code = await project.json(['find-cause', 'base', 'edited', '--yes', '--json']);
    const found = causeReportSchema.parse(code.document);
    assert.deepEqual(
      found.culprits?.map(one => [one.ingredient, one.restored.replace(/ \w{7}/g, ' x')]),
      [['code', 'rate.py x → x']],
      JSON.stringify(found, null, 1),
    );
    assert.match(found.sentence, /^The cause is the code: with rate\.py \w+ → \w+ set back, the run equals/);
    // The person's own files are what they were.
    assert.equal(await readFile(join(project.root, 'rate.py'), 'utf8'), 'VALUE = 0.25\n');
  });

  it('finds what noise does not explain, of a program that is not like itself', async () => {
    // Noise without tails, so that no band is left by chance.
    const train = `
import json, os, random, sys
noise = random.SystemRandom()
with open('scale.txt') as file:
    scale = float(file.read())
w = 5.0
for step in range(30):
    w -= float(sys.argv[1]) * (w - scale)
    print(json.dumps({'step': step, 'loss': w * w + noise.uniform(-1e-4, 1e-4)}), flush=True)
`;
    await using project = await cliProject({
      ...{ 'train.py': train, 'scale.txt': '2', 'lockstep.yaml': 'metricLines: true\n' },
    });
    await recorded(project, 'base', ['python3', 'train.py', '0.05']);
    await recorded(project, 'again', ['python3', 'train.py', '0.05']);
    await recorded(project, 'fast', ['python3', 'train.py', '0.06']);
    // Bit by bit every trial differs.
    const unknown = await project.lockstep(['find-cause', 'base', 'fast', '--yes']);
    assert.equal(unknown.code, 3, unknown.stderr);
    assert.match(
      unknown.stdout,
      /^The program is not deterministic here: .*so that the next search allows for it/s,
    );

    const probed = await project.lockstep(['probe', 'base']);
    assert.equal(probed.code, 1, probed.stderr);
    const { code, document } = await project.json(['find-cause', 'base', 'fast', '--yes', '--json']);
    const report = causeReportSchema.parse(document);
    assert.equal(code, 0, JSON.stringify(report, null, 1));
    assert.deepEqual(report.culprits, [{ ingredient: 'parameters', restored: 'argument 2 0.06 → 0.05' }]);
    assert.deepEqual(report.noise, { probes: 1 });
    assert.deepEqual(
      report.trials.map(({ restored, joins }) => [restored, joins]),
      [
        ['argument 2 0.06 → 0.05', true],
        ['argument 2 0.06 → 0.05, once more', true],
      ],
    );
    assert.match(
      report.sentence,
      /^The cause is a parameter: with argument 2 0\.06 → 0\.05 set back, the run is within the noise of the original through step \d+, twice\.$/,
    );
    const shown = await project.lockstep(['show', 'base']);
    assert.match(shown.stdout, /control, nothing set back: apart by more than noise from step \d+ on/);

    const same = await project.lockstep(['find-cause', 'base', 'again', '--yes']);
    assert.equal(same.code, 2);
    assert.match(same.stderr, /no further apart than two executions of the same program may be here/);
  });

  it('names data that was put back meanwhile, and gives a trial the file that its word names', async () => {
    const train = `
import json, sys
with open(sys.argv[1]) as file:
    scale = float(file.read())
for step in range(3):
    print(json.dumps({'step': step, 'loss': scale * step}), flush=True)
`;
    await using project = await cliProject({ 'train.py': train, '.gitignore': '*.csv\n' });
    const write = (name: string, text: string): Promise<void> => writeFile(join(project.root, name), text);
    await write('a.csv', '2');
    await write('b.csv', '3');
    await recorded(project, 'base', ['python3', 'train.py', 'a.csv']);
    await recorded(project, 'other', ['python3', 'train.py', 'b.csv']);
    const words = await project.json(['find-cause', 'base', 'other', '--yes', '--json']);
    const named = causeReportSchema.parse(words.document);
    assert.deepEqual(
      named.culprits,
      [{ ingredient: 'parameters', restored: 'argument 2 b.csv → a.csv' }],
      JSON.stringify(named, null, 1),
    );

    await write('a.csv', '7');
    const diverged = await project.json(['reproduce', 'base', '--json']);
    assert.equal(verdictSchema.parse(diverged.document).verdict, 'diverged');
    await write('a.csv', '2');
    const { code, document } = await project.json(['find-cause', 'base', '--yes', '--json']);
    const report = causeReportSchema.parse(document);
    assert.equal(code, 0, JSON.stringify(report, null, 1));
    assert.equal(report.culprit?.ingredient, 'data');
    assert.match(
      report.sentence,
      /^The cause is the data: a\.csv was \w{7} for the run that diverged; now that it is \w{7} again, the run equals the original through step \d\.$/,
    );

    // Another content is no reason to call the program unlike itself; the one that it had lies beside it.
    await write('a.csv', '9');
    await write('old.csv', '2');
    const third = await project.json(['find-cause', 'base', '--yes', '--json']);
    const found = causeReportSchema.parse(third.document);
    assert.equal(found.culprit?.ingredient, 'data', JSON.stringify(found, null, 1));
    assert.match(found.sentence, /^The cause is the data: with a\.csv \w{7} → \w{7} set back/);
  });

  it('finds what makes a run fail that worked before, and the other way round', async () => {
    const train = `
import json, lib, other
for step in range(3):
    print(json.dumps({'step': step, 'loss': lib.loss(step)}), flush=True)
`;
    await using project = await cliProject({
      ...{ 'train.py': train, 'other.py': 'VALUE = 1\n' },
      'lib.py': 'def loss(step):\n    return 1 / (step + 1)\n',
    });
    const write = (name: string, text: string): Promise<void> => writeFile(join(project.root, name), text);
    await recorded(project, 'good', ['python3', 'train.py']);
    await write('lib.py', 'def loss(step):\n    raise ValueError("no such unit")\n');
    await write('other.py', 'VALUE = 12345\n');
    const { code } = await project.lockstep(['run', '--name', 'bad', '--', 'python3', 'train.py']);
    assert.equal(code, 1);
    const runs = storeOf(project);
    await awaitCaptured(runPaths(runs.store, await runs.resolve('bad')));
    for (const [first, second, told] of [
      [
        'good',
        'bad',
        /The original finished, the other run failed with ValueError: no such unit; each trial/,
      ],
      [
        'bad',
        'good',
        /The original failed with ValueError: no such unit, the other run finished; each trial/,
      ],
    ] as const) {
      const { stdout, stderr } = await project.lockstep(['find-cause', first, second, '--yes', '--json']);
      assert.match(stderr, told);
      const report = causeReportSchema.parse(JSON.parse(stdout));
      assert.deepEqual(
        report.culprits?.map(one => [one.ingredient, one.restored.replace(/ \w{7}/g, ' x')]),
        [['code', 'lib.py x → x']],
        stderr + JSON.stringify(report, null, 1),
      );
      const shown = await project.lockstep(['show', first]);
      assert.match(shown.stdout, /Causes looked for\n.*of \w{6}: The cause is the code: /);
      assert.match(shown.stdout, / {4}\w{6} {2}control, nothing set back: does not join the original\n/);
      assert.match(shown.stdout, / {4}\w{6} {2}lib\.py .*: joins the original\n/);
      const document = showOutputSchema.parse((await project.json(['show', first, '--json'])).document);
      assert.deepEqual(document.causes, [report]);
      assert.match(
        report.sentence,
        /^The cause is the code: with lib\.py .* set back, the run equals the original\.$/,
      );
    }
  });

  it('keeps what was found when somebody stops it, and leaves no process', async () => {
    await using project = await cliProject({
      'train.py': `
import json, os, time
value = float(open('data.csv').read())
for step in range(400):
    print(json.dumps({'step': step, 'loss': value * step}), flush=True)
    if os.path.exists(os.environ['SLOW']):
        open(os.environ['SLOW'] + '.seen', 'w').close()
        time.sleep(60)
`,
      '.gitignore': 'data*\n',
    });
    const slow = join(project.repository.home, 'slow');
    project.environment['SLOW'] = slow;
    await writeFile(join(project.root, 'data.csv'), '1.5\n');
    await recorded(project, 'base', ['python3', 'train.py']);
    await copyFile(join(project.root, 'data.csv'), join(project.root, 'data-old.csv'));
    await writeFile(join(project.root, 'data.csv'), '2.5\n');
    await project.lockstep(['reproduce', 'base']);
    await writeFile(slow, '');
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', cliScript, 'find-cause', 'base', '--yes', '--json'],
      { cwd: project.root, env: project.environment, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    const ended = new Promise<number | null>(resolve => child.once('close', resolve));
    await waitFor('the control to run', async () =>
      (await readdir(project.repository.home)).includes('slow.seen'),
    );
    child.kill('SIGINT');
    assert.equal(await ended, 130);
    const report = causeReportSchema.parse(JSON.parse(Buffer.concat(output).toString('utf8')));
    assert.equal(report.cancelled, true);
    assert.match(report.sentence, /^Stopped before the control trial had ended/);
    const shown = await project.json(['show', report.reproductionId, '--json']);
    const { verdict, causes } = showOutputSchema.parse(shown.document);
    assert.deepEqual([verdict?.verdict, causes.map(({ at }) => at)], ['diverged', [report.at]]);
    const page = await project.lockstep(['show', report.reproductionId]);
    assert.match(page.stdout, /\n +verdict +Diverged/);
    const again = await project.lockstep(['report', 'base', '--output', 'report.html']);
    assert.equal(again.code, 0, again.stderr);
    assert.match(
      await readFile(join(project.root, 'report.html'), 'utf8'),
      /Stopped before the control trial/,
    );
    for (const [file, says] of [
      ['nowhere/report.md', /report\.md cannot be written: its folder does not exist\.\n +Choose/],
      ['.', /cannot be written: it is a folder\./],
    ] as const) {
      const refused = await project.lockstep(['report', 'base', '--output', file]);
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, says);
    }
    const text = await project.lockstep(['report', 'base']);
    assert.match(text.stdout, /^### ❌ Diverged: base reproduced\n/);
    const running = (await storeOf(project).list({ children: true })).filter(run => run.state === 'running');
    assert.deepEqual(running, []);
  });
});
