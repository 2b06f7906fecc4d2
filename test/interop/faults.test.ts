/**
 * What may befall a training that logs with MLflow: its supervisor is paused or killed, the disk is full, clients
 * flood it or send nonsense. The training ends with its own exit code, and nothing it was told is logged is lost.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'mocha';
import * as z from 'zod';
import type { Peer } from '../../scripts/provision/pythonPeers.ts';
import { runPaths, type RunPaths } from '../../src/runs/runPaths.ts';
import type { CliProject } from '../helpers/lockstepCli.ts';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';
import { often } from '../helpers/soak.ts';
import { endEverything, readJson } from '../helpers/testRuns.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { assertSameAsTold } from './record/assertSameAsTold.ts';
import { assertTracked } from './record/assertTracked.ts';
import { recordedChildren, recordedRun, type RecordedRun } from './record/recordedRun.ts';
import { scriptProject, trackedScript } from './record/trackedScript.ts';
import { readTruth, type Truth } from './record/truth.ts';

describe('a training that logs with MLflow goes on', () => {
  it('while its supervisor is paused', async function () {
    await using training = await LongTraining.start(peerOrSkip(this, 'mlflow'));
    const supervisor = await training.supervisor();
    process.kill(supervisor, 'SIGSTOP');
    // The pause is what is tested.
    await delay(often(3, 30) * 1000);
    process.kill(supervisor, 'SIGCONT');
    await training.logsMore();
    const { run } = await training.end();
    assert.deepEqual([run.state, run.exitCode, run.warnings], ['failed', 7, []]);
  });

  it('when its supervisor is killed, and another one takes its place', async function () {
    await using training = await LongTraining.start(peerOrSkip(this, 'mlflow'));
    for (let time = 0; time < often(2, 5); time++) {
      const killed = await training.supervisor();
      process.kill(killed, 'SIGKILL');
      await training.logsMore();
      await waitFor('another supervisor', async () => (await training.supervisor()) !== killed);
    }
    const { run } = await training.end();
    // Nobody was there to see the exit code; what the program said about its end stands, with a word about that.
    assert.equal(run.exitCode, undefined);
    assert.equal(run.state, 'finished');
    assert.notDeepEqual(run.warnings, []);
  });

  it('when the disk is full for a while', async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) this.skip();
    const peer = peerOrSkip(this, 'mlflow');
    await using training = await LongTraining.prepare();
    await using disk = smallDisk(training.store);
    await training.start(peer);
    const filler = join(disk.path, 'filler');
    await training.logsMore();
    await waitFor('a full disk', () => fillUp(filler));
    // Long enough for the reserve to be used up, too.
    for (let time = 0; time < 20; time++) {
      await delay(100);
      await fillUp(`${filler}${time}`);
    }
    for (const name of ['', ...Array.from({ length: 20 }, (_, time) => String(time))])
      await rm(filler + name, { force: true });
    await training.logsMore();
    const { run } = await training.end();
    assert.deepEqual([run.state, run.exitCode], ['failed', 7]);
  });

  it('when two clients log at once', async function () {
    await using tracked = await trackedScript(peerOrSkip(this, 'mlflow'), 'mlflow_two');
    assertTracked(tracked);
  });

  it('at a thousand metrics a second', async function () {
    const seconds = often(5, 60);
    await using tracked = await trackedScript(peerOrSkip(this, 'mlflow'), 'mlflow_flood', {
      words: [String(seconds)],
    });
    assertTracked(tracked);
    const points = Object.values(tracked.run.metrics).flat();
    assert.equal(points.length, 1000 * seconds);
  });

  it('when somebody sends garbage, too much, a wrong token, or speaks from a browser page', async function () {
    await using training = await LongTraining.start(peerOrSkip(this, 'mlflow'));
    const { port, token } = await training.endpoint();
    const address = `http://127.0.0.1:${port}/${token}/api/2.0/mlflow`;
    const status = async (url: string, init: RequestInit = {}): Promise<number> =>
      (await fetch(url, init).catch(() => ({ status: 0 }))).status;
    const post = (url: string, body: string | Uint8Array<ArrayBuffer>, headers = {}): Promise<number> =>
      status(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

    assert.equal(await status(`${address}/experiments/get?experiment_id=0`), 200);
    for (const wrong of [`http://127.0.0.1:${port}/api/2.0/mlflow`, address.replace(token, `${token}x`)])
      assert.ok([401, 403, 404].includes(await status(`${wrong}/experiments/get?experiment_id=0`)), wrong);
    const fromPage = { origin: 'https://example.org' };
    assert.equal(await post(`${address}/runs/create`, '{"experiment_id":"0"}', fromPage), 403);
    assert.equal(await status(`${address}/experiments/get?experiment_id=0`, { headers: fromPage }), 403);
    const created = '{"experiment_id":"0","run_name":"nobody"';
    for (const garbage of ['', '{', 'null', '[]', '"text"', created, '\u0000'.repeat(1000), '{"run_id":{}}'])
      for (const call of ['runs/log-batch', 'runs/log-metric', 'runs/create', 'runs/search', 'nonsense'])
        assert.ok((await post(`${address}/${call}`, garbage)) < 500, `${call} with ${garbage.slice(0, 20)}`);
    const large = new Uint8Array(80 * 1024 * 1024).fill(0x20);
    assert.ok((await post(`${address}/runs/log-batch`, large)) < 500);
    await rawBytes(port, Buffer.from([0x16, 3, 1, 0, 0xff, 0, 1]));
    await rawBytes(port, Buffer.from('POST / HTTP/1.1\r\ncontent-length: -5\r\n\r\n'));

    await training.logsMore();
    const { run } = await training.end({ childrenToo: false });
    assert.deepEqual([run.state, run.exitCode], ['failed', 7]);
  });
});

/** `mlflow_long.py` under a supervisor of its own. */
class LongTraining implements AsyncDisposable {
  readonly #script: Awaited<ReturnType<typeof scriptProject>>;
  #run: { id: string; paths: RunPaths } | undefined;

  private constructor(script: Awaited<ReturnType<typeof scriptProject>>) {
    this.#script = script;
  }

  /** The project alone. */
  static async prepare(): Promise<LongTraining> {
    return new LongTraining(await scriptProject('mlflow_long'));
  }

  static async start(peer: Peer): Promise<LongTraining> {
    const training = await LongTraining.prepare();
    await training.start(peer);
    return training;
  }

  get project(): CliProject {
    return this.#script.project;
  }

  get store(): string {
    return join(this.project.root, '.git', 'lockstep');
  }

  get #paths(): RunPaths {
    assert.ok(this.#run, 'not started');
    return this.#run.paths;
  }

  /** Resolves when the first points are logged. */
  async start(peer: Peer): Promise<void> {
    // Whoever watches the training from outside learns its true exit code, whatever becomes of the supervisor.
    const words = ['sh', '-c', '"$0" train.py; code=$?; echo $code > code; exit $code', peer.python];
    const { document } = await this.project.json(['run', '--detach', '--json', '--', ...words], {
      env: this.#script.env,
    });
    const { id } = z.looseObject({ id: z.string() }).parse(document);
    this.#run = { id, paths: runPaths(this.store, id) };
    await this.logsMore();
  }

  /** Resolves when a good deal more was acknowledged than now. */
  async logsMore(): Promise<void> {
    const before = await this.#acknowledged();
    // A client waits for minutes before it tries again.
    await waitFor('more points', async () => (await this.#acknowledged()) > before + 20, {
      deadlineMs: 150_000,
      describe: () => this.#told(),
    });
  }

  /** Process id of the supervisor that has the run now. */
  async supervisor(): Promise<number> {
    const { supervisor } = z
      .looseObject({ supervisor: z.looseObject({ pid: z.number() }) })
      .parse(await readJson(this.#paths.process));
    return supervisor.pid;
  }

  async endpoint(): Promise<{ port: number; token: string }> {
    return z.looseObject({ port: z.number(), token: z.string() }).parse(await readJson(this.#paths.endpoint));
  }

  /** Lets the training end, and compares everything with what it was told. */
  async end({ childrenToo = true } = {}): Promise<{ run: RecordedRun; truth: Truth }> {
    await writeFile(join(this.project.root, 'stop'), '');
    const options = { deadlineMs: 150_000, describe: () => this.#told() };
    const codeFile = join(this.project.root, 'code');
    const code = await waitFor(
      'the training to end',
      async () => (await readFile(codeFile, 'utf8')).trim() || undefined,
      options,
    );
    assert.equal(code, '7', await this.#told());
    await waitFor('the result', () => readJson(this.#paths.result), options);
    assert.ok(this.#run);
    const run = await recordedRun(this.project, this.#run.id);
    const truth = await readTruth(this.#script.truthFolder);
    assert.ok(truth.main);
    assertSameAsTold({ ...truth.main, state: run.state as 'finished' }, run);
    const children = await recordedChildren(this.project);
    const late = children.find(child => child.name === 'late');
    assert.ok(truth.children[0] && late);
    assertSameAsTold(truth.children[0], late);
    if (childrenToo) assert.equal(children.length, 1);
    return { run, truth };
  }

  async #acknowledged(): Promise<number> {
    return Number(await readFile(join(this.project.root, 'acknowledged'), 'utf8').catch(() => '0'));
  }

  async #told(): Promise<string> {
    const texts = [this.#paths.stdout, this.#paths.stderr, this.#paths.supervisorLog].map(path =>
      readFile(path, 'utf8').catch(() => ''),
    );
    return (await Promise.all(texts)).map(text => text.slice(-2000)).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#run !== undefined) await endEverything(this.#run.id, this.#run.paths);
    await this.project[Symbol.asyncDispose]();
  }
}

/** A disk of a few megabytes in memory at `path`. Needs root. */
function smallDisk(path: string): { path: string } & AsyncDisposable {
  execFileSync('mkdir', ['-p', path]);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', path]);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await waitFor('the disk to be let go', () => {
        execFileSync('umount', [path], { stdio: 'ignore' });
        return true;
      });
    },
  };
}

/** Writes until nothing more fits; true when the disk is full. */
async function fillUp(path: string): Promise<boolean> {
  try {
    await writeFile(path, Buffer.alloc(16 * 1024 * 1024, 1));
    return false;
  } catch {
    return true;
  }
}

/** Sends bytes that are no request, and waits until the other side has had enough of them. */
async function rawBytes(port: number, bytes: Uint8Array): Promise<void> {
  await new Promise<void>(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    socket.on('close', () => resolve());
    socket.setTimeout(2000, () => socket.destroy());
  });
}
