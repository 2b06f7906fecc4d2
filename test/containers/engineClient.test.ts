/** The client of container engines on real Docker and real Podman. */
import assert from 'node:assert/strict';
import { EngineClient, isNotFound } from '../../src/environments/engine/engineClient.ts';
import type { EngineEvent } from '../../src/environments/engine/followEvents.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { removeByLabel } from '../helpers/containers/engineCommand.ts';
import { docker, podman, type TestEngine } from '../helpers/containers/testEngine.ts';

const label = 'lockstep.test=engine-client';

for (const kind of ['docker', 'podman'] as const)
  describe(`the engine client on ${kind}`, function () {
    let engine: TestEngine;
    let client: EngineClient;
    let connected = false;
    let container: string;

    before(async function () {
      engine = kind === 'docker' ? docker(this) : await podman(this);
      client = await EngineClient.connect(engine);
      connected = true;
      container = await client.create({
        Image: await baseImage(engine),
        Cmd: ['sh', '-c', 'echo begun; echo {\\"a\\":1} >&2; exec sleep 1000'],
        Labels: { 'lockstep.test': 'engine-client' },
        HostConfig: { NetworkMode: 'none' },
      });
      await client.start(container);
    });

    after(async () => {
      if (connected) await removeByLabel(engine, label);
    });

    it('says what it is', async () => {
      const [version, info] = [await client.version(), await client.info()];
      assert.match(version.Version, /^\d+\.\d+/);
      assert.equal(info.OSType, 'linux');
    });

    it('tells containers and images', async () => {
      const [found] = await client.containers([label]);
      assert.equal(found?.Id, container);
      assert.equal(found.State, 'running');
      const [details, image] = [await client.inspect(container), await client.image(await baseImage(engine))];
      assert.equal(details.State.Status, 'running');
      assert.equal(details.Image, image.Id);
      assert.match(image.Id, /^sha256:[0-9a-f]{64}$/);
      assert.equal(await client.findContainer('no-such-container'), undefined);
      await assert.rejects(client.image('lockstep-test/none:1'), isNotFound);
      assert.deepEqual(await client.logs(container), { stdout: 'begun\n', stderr: '{"a":1}\n' });
      assert.ok((await client.stats(container)).memory > 0);
      assert.ok((await client.disk()).Images.length > 0);
    });

    const commands: readonly [string, readonly string[], number, string, string][] = [
      ['an exit code', ['sh', '-c', 'exit 7'], 7, '', ''],
      ['both outputs, apart', ['sh', '-c', 'echo é; echo no >&2'], 0, 'é\n', 'no\n'],
      ['the death by a signal', ['sh', '-c', 'kill -9 $$'], 137, '', ''],
      [
        'a large output',
        ['sh', '-c', 'head -c 3000000 /dev/zero | tr "\\000" x'],
        0,
        'x'.repeat(3_000_000),
        '',
      ],
    ];
    for (const [name, command, exitCode, stdout, stderr] of commands)
      it(`tells of a command inside ${name}`, async () => {
        const result = await client.exec(container, command);
        assert.deepEqual(
          [result.exitCode, result.stdout.toString('utf8') === stdout, result.stderr],
          [exitCode, true, stderr],
        );
      });

    it('says that a program is not there', async () => {
      const outcome = await client.exec(container, ['no-such-program']).then(
        result => result.exitCode,
        (error: unknown) => String(error),
      );
      assert.ok(
        outcome === 127 || outcome === 126 || /no-such-program/.test(String(outcome)),
        String(outcome),
      );
    });

    it('gives a command its input, user, folder and environment', async () => {
      const result = await client.exec(container, ['sh', '-c', 'cat; id -u; pwd; echo "$A"'], {
        input: 'in\n',
        user: '1234',
        folder: '/tmp',
        environment: { A: 'b c' },
      });
      assert.equal(result.stdout.toString('utf8'), 'in\n1234\n/tmp\nb c\n');
    });

    const runs = async (words: string): Promise<number> => {
      const script =
        'n=0; for f in /proc/[0-9]*/cmdline; do tr "\\000" " " <$f | grep -q "^sleep $1 " && n=$((n+1)); done; echo $n';
      return Number(
        (await client.exec(container, ['sh', '-c', script, 'sh', words])).stdout.toString('utf8'),
      );
    };

    it('ends inside what was aborted, with what it had started', async () => {
      const cancel = new AbortController();
      const running = client.exec(container, ['sh', '-c', 'setsid sleep 7771 & echo up; sleep 7771'], {
        signal: cancel.signal,
        onOutput: () => cancel.abort(new Error('enough')),
      });
      await assert.rejects(running, /enough/);
      assert.equal(await runs('7771'), 0);
    });

    it('ends inside what takes too long', async () => {
      await assert.rejects(client.exec(container, ['sleep', '7772'], { timeoutMs: 300 }), {
        code: 'engine-exec-timed-out',
      });
      assert.equal(await runs('7772'), 0);
    });

    it('finds by its mark what was left alone', async () => {
      const mark = { name: 'LOCKSTEP_RUN_ID', value: 'one of these' };
      await client.startExec(container, ['sleep', '7773'], { environment: { [mark.name]: mark.value } });
      assert.equal(await runs('7773'), 1);
      assert.equal(await client.endMarked(container, { ...mark, value: 'one' }), 0);
      assert.equal(await client.endMarked(container, mark, { sign: 'KILL' }), 1);
      assert.equal(await runs('7773'), 0);
    });

    it('tells what changed in a container', async () => {
      await client.exec(container, ['sh', '-c', 'echo x > /opt/new; rm /etc/issue']);
      const changes = await client.changes(container);
      const about = (path: string): string | undefined => changes.find(change => change.path === path)?.how;
      assert.deepEqual([about('/opt/new'), about('/etc/issue')], ['added', 'removed']);
    });

    it('rejects a pull that fails', async () => {
      await assert.rejects(client.pull('localhost:1/none:1'), /pull the image localhost:1\/none:1/);
    });

    it('tells what happens as it happens', async () => {
      const cancel = new AbortController();
      const seen: string[] = [];
      let other = '';
      for await (const event of client.events({ labels: [label] }, cancel.signal)) {
        if (event.kind === 'connected') {
          other = await client.create({
            Image: await baseImage(engine),
            Cmd: ['sh', '-c', 'exit 3'],
            Labels: { 'lockstep.test': 'engine-client' },
            HostConfig: { NetworkMode: 'none' },
          });
          await client.start(other);
          assert.equal(await client.wait(other), 3);
          await client.remove(other);
        }
        if (!isOf(event, other)) continue;
        seen.push(event.action);
        if (['destroy', 'remove'].includes(event.action)) break;
      }
      cancel.abort();
      assert.ok(
        ['create', 'start', 'die'].every(action => seen.includes(action)),
        seen.join(' '),
      );
    });
  });

function isOf(event: EngineEvent, id: string): event is EngineEvent & { kind: 'event' } {
  return event.kind === 'event' && event.id === id;
}
