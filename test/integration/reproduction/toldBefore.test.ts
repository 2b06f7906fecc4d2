/** What keeps a reproduction from starting, or from being what was asked for, is told in words before it starts. */
import assert from 'node:assert/strict';
import { rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { errorOutputSchema } from '../../../src/cli/output/errorOutput.ts';
import { findCause } from '../../../src/reproduction/cause/findCause.ts';
import { portListeners } from '../../../src/reproduction/restore/portListeners.ts';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import { cliProject, cliScript } from '../../helpers/lockstepCli.ts';
import type { CliOptions, CliProject } from '../../helpers/lockstepCli.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const files = {
  '.gitignore': 'out/\n__pycache__/\n',
  'train.py': `
import json, random
random.seed(7)
for step in range(3):
    print(json.dumps({'step': step, 'loss': random.random()}), flush=True)
`,
  'helper.py': 'VALUE = 0.25\n',
  'linked.py': `
import json, os, sys
from helper import VALUE
here = os.path.dirname(os.path.abspath(__file__))
os.makedirs(os.path.join(here, 'out'), exist_ok=True)
data = open(os.path.join(here, 'data.txt')).read()
print(json.dumps({'step': 0, 'loss': VALUE + len(data)}))
with open(os.path.join(os.environ['WHERE'], 'out', 'x.json'), 'w') as file:
    json.dump({'value': VALUE}, file)
`,
  'away.py': `
import json, os, sys
print(json.dumps({'step': 0, 'loss': 0.5}))
os.makedirs(sys.argv[1], exist_ok=True)
with open(os.path.join(sys.argv[1], 'm.json'), 'w') as file:
    json.dump(os.urandom(8).hex(), file)
`,
  'serve.py': `
import json, os, socket, sys, time
with socket.create_server(('', int(sys.argv[2]))):
    print(json.dumps({'step': 0, 'loss': 0.5}), flush=True)
    while not os.path.exists(sys.argv[3]):
        time.sleep(0.05)
`,
};

describe('before a reproduction starts', function () {
  this.timeout(240_000);
  let project: CliProject;

  before(async () => {
    project = await cliProject(files);
    await run(['--name', 'plain'], ['python3', 'train.py']);
  });
  after(() => project[Symbol.asyncDispose]());

  async function run(
    options: readonly string[],
    words: readonly string[],
    where?: CliOptions,
  ): Promise<string> {
    const { code, document } = await project.json(['run', '--json', ...options, '--', ...words], where);
    assert.equal(code, 0, JSON.stringify(document));
    return (document as { id: string }).id;
  }

  async function refused(
    words: readonly string[],
    where?: CliOptions,
    rc = 3,
  ): Promise<{ code: string; text: string }> {
    const outcome = await project.json([...words, '--json'], where);
    assert.equal(outcome.code, rc, JSON.stringify(outcome.document));
    const { error } = errorOutputSchema.parse(outcome.document);
    return { code: error.code, text: `${error.message} ${error.mend ?? ''}` };
  }

  it('a GPU that is not here is refused, and operations that nobody recorded are told', async () => {
    for (const words of [
      ['reproduce', 'plain'],
      ['probe', 'plain'],
    ]) {
      const { code, text } = await refused([...words, '--gpu', 'GPU-of-another-machine'], {}, 2);
      assert.deepEqual([code, /^There is no GPU GPU-of-another-machine\b/.test(text)], ['gpu-unknown', true]);
    }
    const forecast = await project.json(['reproduce', 'plain', '--gpu', '77', '--forecast', '--json']);
    assert.equal(forecast.code, 3);
    const { blockers, sentence } = forecastSchema.parse(forecast.document);
    assert.deepEqual(
      blockers.map(({ code }) => code),
      ['gpu-unknown'],
    );
    assert.match(sentence, /^It cannot start: There is no GPU 77\b/);

    const recorded = await project.lockstep(['reproduce', 'plain', '--record-operations']);
    assert.equal(recorded.code, 0, recorded.stderr);
    assert.match(recorded.stderr, /^lockstep: No operations were recorded: no Python program/m);
  });

  it('rules of today that cannot be read give way to those of the run, and a rule for no metric is named', async () => {
    const rules = join(project.root, 'lockstep.yaml');
    await writeFile(rules, 'tolerances:\n  los: { rtol: 0.1 }\n  "l*": { rtol: 0.01 }\n');
    const id = await run([], ['python3', 'train.py']);
    await writeFile(rules, 'tolerances:\n  loss: [\n');
    const forecast = await project.json(['reproduce', id, '--forecast', '--json']);
    assert.deepEqual(forecastSchema.parse(forecast.document).blockers, []);
    const { code, stdout } = await project.lockstep(['reproduce', id]);
    await rm(rules);
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /^ {2}The lockstep\.yaml of the workspace cannot be used \(line \d.*\): the rules of the run's own code apply\.$/m,
    );
    assert.match(stdout, /^ {2}No metric is called los, for which a tolerance is set\.$/m);
  });

  it('a workspace that is called by the name of a link is the same workspace', async () => {
    const { root, repository } = project;
    const home = join(repository.home, 'by link');
    await symlink(dirname(root), home);
    const link = join(home, basename(root));
    await writeFile(join(root, 'data.txt'), 'text');
    await writeFile(join(root, '.git/info/exclude'), 'data.txt\n');
    const where = { cwd: link, env: { WHERE: link, PWD: link } };
    const id = await run(['--output', join(link, 'out/x.json')], ['python3', join(link, 'linked.py')], where);
    const runs = new RunStore(join(root, '.git', 'lockstep'));
    const captured = await waitFor('what it read', async () => (await runs.read(id)).captured);
    const { result } = await runs.read(id);
    assert.deepEqual(
      result?.outputs.map(({ path }) => path),
      ['out/x.json'],
    );
    assert.deepEqual(
      captured.inputs.filter(one => one.inSnapshot !== true).map(({ path }) => path),
      ['data.txt'],
    );
    const model = join(root, 'out/x.json');
    const before = await stat(model);
    const forecast = await project.json(['reproduce', id, '--forecast', '--json'], where);
    const seen = forecastSchema.parse(forecast.document);
    assert.deepEqual([seen.escapes, seen.blockers], [[], []]);
    const { code, document } = await project.json(['reproduce', id, '--json'], where);
    const verdict = verdictSchema.parse(document);
    assert.deepEqual([code, verdict.verdict], [0, 'identical'], JSON.stringify(verdict, null, 1));
    assert.equal((await stat(model)).mtimeMs, before.mtimeMs);
  });

  it('an output that moved is the same one to the search for the cause', async () => {
    const { root, environment } = project;
    const away = join(project.repository.home, 'results');
    const id = await run([], ['python3', 'away.py', away]);
    const { code, document } = await project.json(['reproduce', id, '--json']);
    const verdict = verdictSchema.parse(document);
    assert.deepEqual([code, verdict.verdict], [1, 'diverged'], verdict.sentence);
    const runs = new RunStore(join(root, '.git', 'lockstep'));
    const [original, other] = [await runs.read(id), await runs.read(verdict.reproductionId)];
    const asked: unknown[] = [];
    await findCause(
      {
        ...{ original, other, store: runs.store, root, toolVersion: '0', variables: environment },
        signal: new AbortController().signal,
        confirm: plan => Promise.resolve(asked.push(plan) === 0),
      },
      { node: process.execPath, supervisorScript: '' },
    );
    assert.equal(asked.length, 1);
  });

  it('a program without the input that is piped in, and every secret of a command, are told at once', async () => {
    const piped = async (input: string, ...options: string[]): Promise<string> => {
      const words = [process.execPath, cliScript, 'run', ...options, '--', 'python3', 'train.py'];
      const { exitCode, stderr } = await runCommand({
        ...{ program: 'sh', args: ['-c', `${input} "$@"`, 'sh', ...words] },
        ...{ cwd: project.root, env: project.environment },
      });
      assert.equal(exitCode, 0, stderr);
      return stderr;
    };
    const told = /^lockstep: the program gets an empty standard input; .*: --stdin$/m;
    assert.match(await piped('echo yes |'), told);
    assert.doesNotMatch(await piped('</dev/null'), told);
    const secret = 'hf_abcdefghijklmnopqrstuvwxyz0123';
    const id = await run([], ['python3', 'train.py', `--token=${secret}`, '--password', 'correct horse 1']);
    const { code, text } = await refused(['reproduce', id]);
    assert.deepEqual(
      [code, /Set LOCKSTEP_SECRET_2 and LOCKSTEP_SECRET_4 to them/.test(text)],
      ['secret-missing', true],
    );
    const forecast = await project.json(['reproduce', id, '--forecast', '--json']);
    assert.match(
      forecastSchema.parse(forecast.document).blockers[0]?.mend ?? '',
      /^Set LOCKSTEP_SECRET_2 and LOCKSTEP_SECRET_4 to them/,
    );
  });

  it('a port that another reproduction has is refused, and the failure for any other is told by who has it', async function () {
    if (process.platform !== 'linux') return this.skip();
    const go = join(project.repository.home, 'go');
    const server = createServer();
    const listen = (port: number): Promise<void> => new Promise(resolve => server.listen(port, resolve));
    const close = (): Promise<unknown> => new Promise(resolve => server.close(resolve));
    await listen(0);
    const { port } = server.address() as AddressInfo;
    await close();
    await writeFile(go, '');
    const id = await run([], ['python3', 'serve.py', '--port', String(port), go]);
    await rm(go);
    const first = await project.lockstep(['reproduce', id, '--detach']);
    assert.equal(first.code, 0, first.stderr);
    const other = first.stdout.trim();
    // It may be preparing yet; then it has said that the port is its own.
    const owner = new RegExp(`^Port ${port}, .* in use by run ${other.slice(-6)}\\. .*lockstep cancel`);
    await waitFor('the port to be taken', async () => (await portListeners(new Set([port]))).length > 0);
    const second = await refused(['reproduce', id]);
    assert.deepEqual([second.code, owner.test(second.text)], ['port-in-use', true], second.text);
    const forecast = await project.json(['reproduce', id, '--forecast', '--json']);
    assert.deepEqual(
      forecastSchema.parse(forecast.document).blockers.map(({ code }) => code),
      ['port-in-use'],
    );
    await writeFile(go, '');
    await waitFor('the port to be free', async () => (await portListeners(new Set([port]))).length === 0);

    await listen(port);
    const { code, document } = await project.json(['reproduce', id, '--json']);
    await close();
    const { verdict, cause } = verdictSchema.parse(document);
    assert.deepEqual([code, verdict], [3, 'inconclusive']);
    assert.match(
      cause ?? '',
      new RegExp(
        `Address already in use.* Port ${port} is in use by \\w+ \\(process ${process.pid}\\); start one after`,
      ),
    );
  });
});
