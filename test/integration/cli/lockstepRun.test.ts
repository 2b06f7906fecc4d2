/** The contract of the command line: exit codes, streams, documents. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { errorOutputSchema } from '../../../src/cli/output/errorOutput.ts';
import { metricsOutputSchema } from '../../../src/cli/output/metricsOutput.ts';
import { runOutputSchema } from '../../../src/cli/output/runOutput.ts';
import { runsOutputSchema } from '../../../src/cli/output/runsOutput.ts';
import { showOutputSchema } from '../../../src/cli/output/showOutput.ts';
import { runPathsIn } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { cliProject, cliScript } from '../../helpers/lockstepCli.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';
import { mlflowScript } from '../../helpers/mlflowScript.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const trainer = `import json, sys
for step in range(3):
    print(json.dumps({"step": step, "loss": 1 / (step + 1)}))
print("done", file=sys.stderr)
`;

/** The command line as a process of its own, to send signals to. */
function start(project: CliProject, words: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', cliScript, ...words], {
    cwd: project.root,
    env: project.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise(resolve => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}

async function firstOutput(child: ChildProcess): Promise<void> {
  await new Promise<void>(resolve => child.stdout?.once('data', () => resolve()));
}

async function newestState(project: CliProject): Promise<string | undefined> {
  const { document } = await project.json(['runs', '--json', '--limit', '1']);
  return runsOutputSchema.parse(document).runs[0]?.state;
}

describe('the command line', function () {
  this.timeout(180_000);

  it('streams what the program prints and passes its exit code on', async () => {
    await using project = await cliProject({ 'train.py': trainer });
    const run = await project.lockstep(['run', '--', 'python3', 'train.py']);
    assert.equal(run.code, 0);
    assert.equal(run.stdout.split('\n').length, 4);
    const { id } = runsOutputSchema.parse((await project.json(['runs', '--json'])).document).runs[0] ?? {};
    const short = id?.slice(-6) ?? '';
    // Standard output is the program's alone; the id of the run stands around its errors.
    assert.match(
      run.stderr,
      new RegExp(
        `^lockstep: run ${short} started\\ndone\\nlockstep: run ${short} finished after .*: lockstep show ${short}\\n$`,
      ),
    );
    for (const code of [1, 7, 255])
      assert.equal((await project.lockstep(['run', '--', 'sh', '-c', `exit ${code}`])).code, code);
    assert.equal((await project.lockstep(['run', '--', 'sh', '-c', 'kill -KILL $$'])).code, 137);
  });

  it('says what a reproduction would miss: files that were named, and metrics that nobody reads', async () => {
    await using project = await cliProject({
      'train.py': "for e in range(1, 4): print(f'Epoch {e}/3 - loss: {1 / e:.3f} - acc: {e / 4:.2f}')",
    });
    const told = await project.lockstep(['run', '--output', 'model.pt', '--', 'python3', 'train.py']);
    assert.equal(told.code, 0);
    assert.match(told.stderr, /did not write model\.pt, which is named as its output\n/);
    assert.match(told.stderr, /3 printed lines look like metrics \(loss, acc\).*--preview-lines\n$/);
    const wrong = await project.json(['run', '--input', 'nope.csv', '--json', '--', 'python3', 'train.py']);
    assert.equal(wrong.code, 2);
    assert.match(errorOutputSchema.parse(wrong.document).error.message, /--input nope\.csv is not there/);
  });

  it('tells what could not be started by 126 and 127', async () => {
    await using project = await cliProject({ 'plain.txt': 'not a program' });
    await chmod(join(project.root, 'plain.txt'), 0o644);
    const missing = await project.lockstep(['run', '--', 'no-such-program']);
    assert.equal(missing.code, 127);
    assert.match(missing.stderr, /no-such-program was not found/);
    const plain = await project.lockstep(['run', '--', './plain.txt']);
    assert.equal(plain.code, 126, plain.stderr);
  });

  it('runs outside git, and says what is missing there', async () => {
    await using project = await cliProject({ 'train.py': trainer });
    await rm(join(project.root, '.git'), { recursive: true });
    const run = await project.lockstep(['run', '--', 'python3', 'train.py']);
    assert.equal(run.code, 0);
    assert.match(run.stderr, /outside git the code is not recorded.*git init/);
    const reproduction = await project.lockstep(['reproduce', '@1']);
    assert.equal(reproduction.code, 3);
    assert.match(reproduction.stderr, /git init/);
    assert.ok(existsSync(join(project.root, '.lockstep', 'runs')));
  });

  it('prints exactly one document with --json, the output of the program on standard error', async () => {
    await using project = await cliProject({ 'train.py': trainer });
    const run = await project.lockstep(['run', '--json', '--name', 'first', '--', 'python3', 'train.py']);
    const output = runOutputSchema.parse(JSON.parse(run.stdout));
    assert.equal(output.state, 'finished');
    assert.match(run.stderr, /"loss": 0\.5/);

    const list = runsOutputSchema.parse((await project.json(['runs', '--json'])).document);
    assert.deepEqual(
      list.runs.map(one => [one.id, one.name, one.metrics['loss']?.count]),
      [[output.id, 'first', 3]],
    );
    const shown = showOutputSchema.parse((await project.json(['show', 'first', '--json'])).document);
    assert.equal(shown.plan?.argv[0], 'python3');
    assert.equal(shown.result?.exitCode, 0);
    const metrics = metricsOutputSchema.parse(
      (await project.json(['metrics', '@1', 'loss', '--json'])).document,
    );
    assert.deepEqual(metrics.series[0]?.steps, [0, 1, 2]);
    const csv = await project.lockstep(['metrics', '@1', '--format', 'csv']);
    assert.equal(csv.stdout.split('\n')[0], 'key,rank,step,time,value');
    assert.equal(csv.stdout.split('\n').length, 5);
    const logs = await project.lockstep(['logs', '@1']);
    assert.equal(logs.stderr, 'done\n');
    assert.equal(logs.stdout.split('\n').length, 4);
  });

  it('writes NaN and infinities so that they can be read back', async () => {
    await using project = await cliProject({
      'a.py': 'print(\'{"step": 0, "loss": NaN, "up": Infinity}\')\n',
    });
    await project.lockstep(['run', '--', 'python3', 'a.py']);
    const list = runsOutputSchema.parse((await project.json(['runs', '--json'])).document);
    assert.ok(Number.isNaN(list.runs[0]?.metrics['loss']?.last));
    assert.equal(list.runs[0]?.metrics['up']?.last, Infinity);
  });

  it('runs named experiments with their parameters, and again with changes', async () => {
    await using project = await cliProject({
      'lockstep.yaml':
        'experiments:\n  base:\n    command: python3 a.py --lr ${lr}\n    params: { lr: 0.1, seed: 7 }\n    tags: [nightly]\n',
      'a.py': 'import sys\nprint(sys.argv[1:])\n',
    });
    const first = await project.lockstep(['run', 'base', '--param', 'lr=0.5']);
    assert.equal(first.stdout, "['--lr', '0.5', '--seed', '7']\n", first.stderr);
    const again = await project.lockstep(['rerun', '@1', '--param', 'lr=0.25']);
    assert.equal(again.stdout, "['--lr', '0.25', '--seed', '7']\n", again.stderr);
    const list = runsOutputSchema.parse((await project.json(['runs', '--json'])).document);
    assert.deepEqual(
      list.runs.map(run => [
        run.experiment,
        run.tags,
        run.parameters['lr'],
        run.rerunOf === list.runs[1]?.id,
      ]),
      [
        ['base', ['nightly'], 0.25, true],
        ['base', ['nightly'], 0.5, false],
      ],
    );
  });

  it('records standard input only when asked to', async () => {
    await using project = await cliProject({ 'a.txt': 'a' });
    assert.equal((await project.lockstep(['run', '--', 'cat'], { input: 'typed' })).stdout, '');
    assert.equal(
      (await project.lockstep(['run', '--stdin', '--', 'cat'], { input: 'typed' })).stdout,
      'typed',
    );
    // Again with what was stored, whatever stands on standard input now.
    assert.equal((await project.lockstep(['rerun', '@1'], { input: 'other' })).stdout, 'typed');
    const store = new RunStore(join(project.root, '.git', 'lockstep'));
    await rm(runPathsIn((await store.read(await store.resolve('@1'))).dir).stdin);
    const gone = await project.json(['rerun', '@1', '--json']);
    assert.equal(gone.code, 3);
    assert.equal(errorOutputSchema.parse(gone.document).error.code, 'stdin-gone');
  });

  it('annotates, removes and brings back', async () => {
    await using project = await cliProject({ 'a.txt': 'a' });
    await project.lockstep(['run', '--', 'true']);
    assert.equal(
      (await project.lockstep(['annotate', '@1', '--name', 'keeper', '--tag', 'a', '--star'])).code,
      0,
    );
    const { document } = await project.json(['show', 'keeper', '--json']);
    const { id, tags, star } = showOutputSchema.parse(document);
    assert.deepEqual([tags, star], [['a'], true]);
    assert.equal((await project.lockstep(['remove', 'keeper'])).code, 0);
    assert.equal((await project.lockstep(['show', id])).code, 2);
    for (const word of ['keeper', id.slice(-6), id.slice(0, 20).toLowerCase(), id]) {
      assert.equal((await project.lockstep(['remove', '--undo', word])).code, 0, word);
      assert.equal((await project.lockstep(['remove', '@1'])).code, 0, word);
    }
  });

  it('detaches, follows and cancels', async () => {
    await using project = await cliProject({ 'a.txt': 'a' });
    const detached = await project.lockstep(['run', '--detach', '--', 'sh', '-c', 'echo up; exec sleep 60']);
    assert.match(detached.stdout, /^[0-9A-HJKMNP-TV-Z]{26}\n$/);
    await waitFor(
      'the run to say something',
      async () => (await project.lockstep(['logs', '@1'])).stdout === 'up\n',
    );
    assert.equal((await project.lockstep(['cancel', '@1'])).code, 0);
    assert.equal(await newestState(project), 'cancelled');
    assert.equal((await project.lockstep(['cancel', '@1'])).code, 2);
  });

  it('cancels on Ctrl-C with 130', async () => {
    await using project = await cliProject({ 'a.txt': 'a' });
    const child = start(project, ['run', '--', 'sh', '-c', 'echo up; exec sleep 60']);
    const end = ended(child);
    await firstOutput(child);
    child.kill('SIGINT');
    assert.equal(await end, 130);
    assert.equal(await newestState(project), 'cancelled');
  });

  it('lets the run go on when its terminal is closed', async () => {
    await using project = await cliProject({ 'a.txt': 'a' });
    const flag = join(project.repository.home, 'go on');
    const child = start(project, [
      'run',
      '--',
      'sh',
      '-c',
      `echo up; until [ -e "${flag}" ]; do sleep 0.1; done; echo end`,
    ]);
    const end = ended(child);
    await firstOutput(child);
    child.kill('SIGHUP');
    assert.equal(await end, 'SIGHUP');
    assert.equal(await newestState(project), 'running');
    await writeFile(flag, '');
    await waitFor('the run to finish', async () => (await newestState(project)) === 'finished');
    assert.equal((await project.lockstep(['logs', '@1'])).stdout, 'up\nend\n');
  });

  it('waits for the supervisor that takes the place of a killed one, and passes on what is known', async () => {
    const killer = `from flow import *
import signal, sys
record = os.path.join(os.path.dirname(os.environ["LOCKSTEP_METRICS"]), "process.json")
def processes():
    return json.load(open(record))
while "watchdog" not in processes() or "child" not in processes():
    time.sleep(0.02)
run = start_run()
os.kill(processes()["supervisor"]["pid"], signal.SIGKILL)
log_metric(run, "loss", 1, 0)
print("the last line", flush=True)
if sys.argv[1] != "silence":
    end_run(run, sys.argv[1])
`;
    await using project = await cliProject({ 'killer.py': killer, 'flow.py': mlflowScript });
    const table = [
      ['FINISHED', 0, /the state is what the program said itself/],
      ['FAILED', 1, /run \w+ failed/],
      ['silence', 125, /nobody knows how the command ended/],
    ] as const;
    for (const [said, code, message] of table) {
      const run = await project.lockstep(['run', '--', 'python3', 'killer.py', said]);
      assert.equal(run.stdout, 'the last line\n');
      assert.match(run.stderr, message);
      assert.equal(run.code, code, run.stderr);
    }
  });

  it('stops without a word when nobody reads', async () => {
    await using project = await cliProject({ 'a.txt': 'a' });
    await project.lockstep(['run', '--', 'sh', '-c', 'head -c 3000000 /dev/zero']);
    const words = [process.execPath, '--disable-warning=ExperimentalWarning', cliScript, 'logs', '@1'];
    const piped = spawn('sh', ['-c', '"$@" | head -c 1 >/dev/null', 'sh', ...words], {
      cwd: project.root,
      env: project.environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    piped.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    assert.equal(await ended(piped), 0);
    assert.equal(errors, '');
  });

  it('keeps tables within 80 columns and free of colour, whatever runs are called', async () => {
    await using project = await cliProject({ 'a.txt': 'a' });
    const name = `\u001b[31m<b>${'very long 名前 🙂 '.repeat(40)}`;
    await project.lockstep(['run', '--name', name, '--', 'true']);
    const { stdout } = await project.lockstep(['runs'], { env: { COLUMNS: '80' } });
    assert.ok(!stdout.includes('\u001b'));
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    assert.match(stdout, /…/);
    // What was cut could not be searched.
    const piped = await project.lockstep(['runs']);
    assert.ok(!piped.stdout.includes('\u001b') && !piped.stdout.includes('…'));
    assert.equal(piped.stdout.split('very long').length, 41);
  });

  it('checks the machine and leaves nothing behind', async () => {
    await using project = await cliProject({ 'a.txt': 'a' });
    const { code, document } = await project.json(['doctor', '--json']);
    assert.ok(code === 0 || code === 1);
    const names = (document as { checks: { name: string }[] }).checks.map(check => check.name);
    for (const name of ['node', 'git', 'python', 'store', 'disk space', 'logout', 'file watching', 'runs'])
      assert.ok(names.includes(name), name);
    assert.equal(existsSync(join(project.root, '.git', 'lockstep')), false);
  });

  it('helps', async () => {
    await using project = await cliProject({ 'a.txt': 'a' });
    assert.equal((await project.lockstep(['--help'])).code, 0);
    for (const name of ['run', 'reproduce', 'compare', 'doctor']) {
      const help = await project.lockstep([name, '--help']);
      assert.equal(help.code, 0);
      assert.match(help.stdout, /Usage: lockstep/);
    }
    assert.equal((await project.lockstep(['--version'])).stdout, `${packageJson.version}\n`);
  });
});
