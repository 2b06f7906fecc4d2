/** Runs inside a devcontainer, on real engines: output and end exact, nothing left running, nothing said that is not so. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cancelRun } from '../../src/execution/cancelRun.ts';
import type { LaunchedRun } from '../../src/execution/launchRun.ts';
import { readProcessRecord, readRunEnd } from '../../src/execution/runEnd.ts';
import type { ProcessRecord } from '../../src/runs/processRecord.ts';
import { summariseRun } from '../../src/runs/runSummary.ts';
import { insideKeyFile } from '../../src/runs/insideEnd.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { engineSays } from '../helpers/containers/engineCommand.ts';
import { insideProject, workspaceFolder } from '../helpers/containers/insideProject.ts';
import type { InsideProject } from '../helpers/containers/insideProject.ts';
import { docker, podman } from '../helpers/containers/testEngine.ts';
import type { TestEngine } from '../helpers/containers/testEngine.ts';
import { temporaryFolder } from '../helpers/temporaryFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** A tree of which no part heeds Ctrl-C, and one part has left the session. */
const stubborn = `
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
if len(sys.argv) < 2:
    subprocess.Popen([sys.executable, __file__, "child"])
    subprocess.Popen([sys.executable, __file__, "child"], start_new_session=True)
print("ready", flush=True)
while True:
    time.sleep(1)
`;

/** Goes on until its file is there, and then says its own exit code. */
const training = `
import json, os, sys, time
step = 0
while not os.path.exists(sys.argv[1]):
    print(json.dumps({"step": step, "loss": step}), flush=True)
    step += 1
    time.sleep(0.01)
sys.exit(int(sys.argv[2]))
`;

/** What a tracking client does, without the client: a run, a point. */
const tracked = `
import json, os, urllib.request
with open(os.environ["LOCKSTEP_METRICS"], "a") as lines:
    lines.write(json.dumps({"step": 1, "acc": 0.5}) + "\\n")
def call(name, **body):
    url = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/" + name
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return json.loads(urllib.request.urlopen(request, timeout=60).read())
import time
for attempt in range(200):
    try:
        run = call("runs/create", experiment_id="0", start_time=1, tags=[])["run"]["info"]["run_id"]
        break
    except OSError:
        time.sleep(0.05)
call("runs/log-metric", run_id=run, key="val_loss", value=0.25, timestamp=1, step=3)
print(json.dumps({"step": 0, "loss": 1.5}))
print(json.dumps({"home": os.environ["HOME"], "cwd": os.getcwd(), "own": os.environ.get("OWN"), "host": os.environ.get("OF_THE_HOST"), "seed": os.environ.get("PYTHONHASHSEED")}))
with open("data.txt") as data, open("out/copy.txt", "w") as copy:
    copy.write(data.read())
`;

const files = {
  'stubborn.py': stubborn,
  'training.py': training,
  'tracked.py': tracked,
  'plain.txt': 'not a program',
  'older/torch/__init__.py': '__version__ = "2.0.1"\n',
  '.gitignore': 'data.txt\nout/*\n!out/.keep\n',
  'out/.keep': '',
};

const engines: readonly [string, (context: Mocha.Context) => TestEngine | Promise<TestEngine>][] = [
  ['Docker', docker],
  ['Podman', podman],
];

for (const [name, find] of engines)
  describe(`a run in a devcontainer: ${name}`, function () {
    let project: InsideProject;
    before(async function () {
      project = await insideProject(await find(this), files, ['--env', 'BASE=/base'], {
        remoteEnv: { OWN: '${containerEnv:BASE}/own' },
      });
      await project.write({ 'data.txt': 'the data' });
    });
    after(() => project[Symbol.asyncDispose]());

    const resultOf = async (run: LaunchedRun) => (await new RunStore(project.store).read(run.id)).result;
    const outputOf = (run: LaunchedRun): Promise<string> => readFile(run.paths.stdout, 'latin1');
    const started = async (run: LaunchedRun): Promise<ProcessRecord> => {
      const record = await readProcessRecord(run.paths);
      assert.ok(record);
      return record;
    };

    it('passes exit codes, signals and output on, byte for byte', async () => {
      const cases: readonly [command: string, end: object, output: string][] = [
        ['printf "a\\0\\377b"', { exitCode: 0 }, 'a\0\xffb'],
        ['echo out; echo err >&2; exit 1', { exitCode: 1 }, 'out\n'],
        ['exit 137', { exitCode: 137 }, ''],
        ['kill -9 $$', { signal: 'SIGKILL' }, ''],
        ['kill -15 $$', { signal: 'SIGTERM' }, ''],
      ];
      await Promise.all(
        cases.map(async ([command, end, output]) => {
          const run = await project.launch(['sh', '-c', command]);
          const { result } = await run.ended();
          assert.ok(result, command);
          const { exitCode, signal } = result;
          assert.deepEqual(JSON.parse(JSON.stringify({ exitCode, signal })), end, command);
          assert.equal(await outputOf(run), output, command);
        }),
      );
    });

    it('has the recording of operations inside, which says that this PyTorch has none', async () => {
      const code = 'import sys; sys.path.insert(0, "older"); import torch';
      const run = await project.launch(['python3', '-c', code], { recordOperations: true });
      const { state, result } = await run.ended();
      assert.equal(state, 'finished', await readFile(run.paths.stderr, 'utf8'));
      const told = result?.warnings.find(warning => warning.includes('operations')) ?? '';
      assert.match(told, /^Not all operations were recorded: PyTorch 2\.0\.1 has no recording of operations/);
    });

    it('says why there is no command, as on the host', async () => {
      const cases: readonly [argv: string[], code: string][] = [
        [['no-such-program'], 'program-not-found'],
        [['./plain.txt'], 'not-executable'],
      ];
      await Promise.all(
        cases.map(async ([argv, code]) => {
          const end = await (await project.launch(argv)).ended();
          assert.deepEqual([end.state, end.result?.failure?.code], ['failed', code], argv[0]);
        }),
      );
    });

    it('records what it was: environment, metrics of every channel, files by the names of this machine', async () => {
      const variables = { ...project.environment, PYTHONHASHSEED: '7', OF_THE_HOST: 'secret' };
      const run = await project.launch(['python3', join(project.root, 'tracked.py')], { variables });
      const end = await run.ended();
      const { plan, captured, result } = await waitFor('what was captured', async () => {
        const details = await new RunStore(project.store).read(run.id);
        return details.captured !== undefined && details;
      });
      assert.ok(captured);
      assert.equal(end.state, 'finished', await readFile(run.paths.stderr, 'utf8'));
      const [, said] = (await outputOf(run)).trim().split('\n');
      assert.deepEqual(JSON.parse(said ?? ''), {
        ...{ home: '/root', cwd: workspaceFolder, own: '/base/own', host: null, seed: '7' },
      });
      const { container, kind } = plan?.environment ?? {};
      assert.deepEqual(
        [kind, container?.engine, container?.workspaceFolder],
        ['devcontainer', project.engine.kind, workspaceFolder],
      );
      assert.match(container?.imageId ?? '', /^sha256:[0-9a-f]{64}$/);
      assert.match(plan?.interpreter.known === 'captured' ? plan.interpreter.value.path : '', /python3/);
      assert.deepEqual(
        Object.entries(result?.metrics ?? {})
          .map(([key, { last }]) => [key, last])
          .sort(),
        [
          ['acc', 0.5],
          ['loss', 1.5],
          ['val_loss', 0.25],
        ],
      );
      assert.deepEqual(
        captured.inputs.map(({ path }) => path),
        ['data.txt'],
      );
      assert.deepEqual(
        result?.outputs.map(({ path }) => path),
        ['out/copy.txt'],
      );
      assert.equal(captured.packages.known, 'captured');
    });

    it('ends a whole tree that ignores Ctrl-C, and nothing is left inside', async () => {
      const run = await project.launch(['python3', 'stubborn.py']);
      await waitFor('three processes', async () => (await outputOf(run)).split('ready').length === 4);
      const end = await cancelRun(project.store, run.id);
      assert.equal(end.state, 'cancelled');
      assert.deepEqual(await project.processes(run.id), []);
    });

    it('knows the exit code although its supervisor was killed', async () => {
      const run = await project.launch(['python3', 'training.py', 'stop', '42']);
      const before = await waitFor('a watchdog', async () => {
        const record = await started(run);
        return record.watchdog !== undefined && (await outputOf(run)).includes('loss') && record;
      });
      process.kill(before.supervisor.pid, 'SIGKILL');
      await waitFor('another supervisor', async () => {
        const record = await started(run);
        return record.supervisor.pid !== before.supervisor.pid && record.watchdog !== undefined;
      });
      await project.write({ stop: '' });
      const end = await run.ended();
      assert.deepEqual([end.state, end.result?.exitCode], ['failed', 42]);
      const lines = (await outputOf(run)).trim().split('\n').length;
      assert.equal((await resultOf(run))?.metrics['loss']?.count, lines);
    });

    it('is lost without any supervisor, and how its command ended is told all the same', async () => {
      const run = await project.launch(['python3', 'training.py', 'alone', '7'], {
        variables: { ...project.environment, LOCKSTEP_WATCHDOG: '0' },
      });
      await waitFor('output', async () => (await outputOf(run)).includes('loss'));
      process.kill((await started(run)).supervisor.pid, 'SIGKILL');
      await project.write({ alone: '' });
      const { state, exitCode } = await waitFor('the end', async () => {
        const details = await new RunStore(project.store).read(run.id);
        return details.commandEnd !== undefined && summariseRun(details);
      });
      assert.deepEqual([state, exitCode], ['lost', 7]);
      const end = await readRunEnd(run.paths);
      assert.deepEqual([end?.state, end?.stillRunning, end?.commandEnd?.exitCode], ['lost', false, 7]);
    });

    it('is ended by anybody when nobody watches over it any more', async () => {
      const run = await project.launch(['python3', 'stubborn.py'], {
        variables: { ...project.environment, LOCKSTEP_WATCHDOG: '0' },
      });
      await waitFor('output', async () => (await outputOf(run)).includes('ready'));
      process.kill((await started(run)).supervisor.pid, 'SIGKILL');
      await waitFor(
        'the loss',
        async () => (await new RunStore(project.store).read(run.id)).state === 'lost',
      );
      const grace = { interruptMs: 1_000, terminateMs: 1_000 };
      assert.equal((await cancelRun(project.store, run.id, { grace })).state, 'cancelled');
      assert.deepEqual(await project.processes(run.id), []);
    });

    it('is reproduced from its image, in a container of its own that is gone afterwards', async () => {
      await project.write({
        'exp.py': `
import json
text = open("${workspaceFolder}/data.txt").read()
for step in range(3):
    print(json.dumps({"step": step, "loss": len(text) / (step + 1)}))
open("out/model.txt", "w").write(text * 2)
`,
      });
      await project.repository.commit();
      const original = await project.launch(['python3', 'exp.py']);
      assert.equal((await original.ended()).state, 'finished');
      const before = await project.repository.git('status', '--porcelain');
      const { code, document } = await project.json(['reproduce', original.id, '--json', '--no-network']);
      const { verdict } = document as { verdict: string };
      assert.deepEqual([code, verdict], [0, 'identical'], JSON.stringify(document, null, 1));
      assert.equal(await project.repository.git('status', '--porcelain'), before);
      const left = ['ps', '--all', '--quiet', '--filter', `label=lockstep.store=${project.store}`];
      await waitFor('its container to go', async () => (await engineSays(project.engine, left)) === '');
    });

    it('fails with its container, whatever ended that', async () => {
      const runs = [
        await project.launch(['python3', 'training.py', 'never', '0']),
        await project.launch(['python3', 'stubborn.py']),
      ];
      for (const run of runs) await waitFor('output', async () => (await stat(run.paths.stdout)).size > 0);
      await engineSays(project.engine, ['kill', project.container]);
      for (const run of runs) {
        const { state, result } = await run.ended();
        assert.deepEqual([state, result?.failure?.code], ['failed', 'container-ended']);
      }
      await engineSays(project.engine, ['start', project.container]);
    });
  });

describe('a run in a devcontainer whose engine goes away', function () {
  it('goes on, is not called ended, and ends with its own exit code', async function () {
    const engine = await podman(this);
    await using folder = await temporaryFolder();
    const socket = join(folder.path, 'api.sock');
    // Podman has no process of its own between containers and its clients but this one.
    const service = spawn(engine.program, ['system', 'service', '--time=0', `unix://${socket}`], {
      stdio: 'ignore',
    });
    const gone = once(service, 'exit');
    await waitFor('an engine', () => existsSync(socket));
    await using project = await insideProject({ ...engine, endpoint: `unix://${socket}` }, files);
    const run = await project.launch(['python3', 'training.py', 'stop', '7']);
    const lines = async (): Promise<number> => (await readFile(run.paths.stdout, 'utf8')).split('\n').length;
    await waitFor('output', async () => (await lines()) > 3);
    service.kill('SIGKILL');
    await gone;
    const before = await lines();
    await waitFor('more output', async () => (await lines()) > before + 20);
    assert.equal(await readRunEnd(run.paths), undefined);
    await project.write({ stop: '' });
    const { state, result } = await run.ended();
    assert.deepEqual([state, result?.exitCode], ['failed', 7]);
    assert.equal(result?.metrics['loss']?.count, (await lines()) - 1);
  });
});

describe('a run in a devcontainer of another user', function () {
  it('has a record that belongs to the person, and writes it all the same', async function () {
    await using project = await insideProject(docker(this), { 'a.txt': '' }, ['--user', '4321:4321']);
    const run = await project.launch([
      'sh',
      '-c',
      'id -u; while [ ! -e go ]; do sleep 0.05; done; echo late >&2',
    ]);
    await waitFor('output', async () => (await stat(run.paths.stdout)).size > 0);
    // Nobody can take away or replace what is there.
    assert.equal((await stat(join(run.paths.dir, 'inside'))).mode & 0o7777, 0o1777);
    // Nor say in its place that it has ended.
    const forged = join(run.paths.dir, 'inside', 'ended');
    await writeFile(forged, '0\n');
    await chown(forged, 4322, 4322);
    const key = await stat(insideKeyFile(run.paths.dir));
    assert.deepEqual([key.mode & 0o777, key.uid], [0o600, process.getuid?.()]);
    const looks = (await stat(run.paths.heartbeat)).mtimeMs;
    await waitFor('a later heartbeat', async () => (await stat(run.paths.heartbeat)).mtimeMs > looks);
    assert.equal(await readRunEnd(run.paths), undefined);
    await rm(forged);
    await writeFile(join(project.root, 'go'), 'now\n');
    const end = await run.ended();
    assert.equal(end.state, 'finished', JSON.stringify(end.result?.failure));
    assert.equal(await readFile(run.paths.stdout, 'utf8'), '4321\n');
    const closed = await waitFor('the log to be closed to others', async () => {
      const found = await stat(run.paths.stderr);
      return (found.mode & 0o777) === 0o644 && found;
    });
    assert.equal(closed.uid, process.getuid?.());
  });

  it('says what is missing when the container does not run, or has not got the project', async function () {
    const engine = docker(this);
    await using project = await insideProject(engine, { 'a.txt': '' });
    const { environment } = project;
    await engineSays(engine, ['stop', '--time', '1', project.container]);
    const stopped = await project.lockstep(['run', '--env', 'devcontainer', '--', 'true'], {
      env: environment,
    });
    assert.equal(stopped.code, 3, stopped.stderr);
    assert.match(stopped.stderr, /No devcontainer of .* is running[^]*lockstep env up/);
  });
});
