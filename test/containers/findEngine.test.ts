/** What is found, and what is said where nothing can be used, with real engines and real sockets. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startDockerDaemon } from '../../scripts/provision/containers/dockerDaemon.ts';
import { mayProvision } from '../../scripts/provision/containers/enginePackages.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { EngineClient } from '../../src/environments/engine/engineClient.ts';
import { findEngine } from '../../src/environments/engine/findEngine.ts';
import { runCommand } from '../../src/base/runCommand.ts';
import { docker, engineFolder, podman } from '../helpers/containers/testEngine.ts';
import { waitFor } from '../helpers/waitFor.ts';

describe('finding the engine', () => {
  it('knows Docker and Podman behind the same kind of address', async function () {
    for (const engine of [docker(this), await podman(this)]) {
      const variables = { PATH: process.env['PATH'], DOCKER_HOST: engine.endpoint };
      const finding = await findEngine({ settings: {}, variables });
      assert.equal(finding.engine?.kind, engine.kind, JSON.stringify(finding));
      assert.match(finding.engine.version, /^\d+\.\d+/);
      assert.equal(finding.engine.remote, false);
    }
  });

  it('says that an engine stopped, and goes on with events when it is back', async function () {
    docker(this);
    if (!mayProvision()) this.skip();
    await using folder = await engineFolder(this);
    const daemon = await startDockerDaemon({ folder: folder.path, data: folder.data, bridge: undefined });
    const variables = { PATH: process.env['PATH'], DOCKER_HOST: daemon.endpoint };
    const { engine } = await findEngine({ settings: {}, variables });
    assert.ok(engine !== undefined);

    const client = await EngineClient.connect(engine);
    const cancel = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const event of client.events({}, cancel.signal)) seen.push(event.kind);
    })();
    await waitFor('the connection', () => seen.includes('connected'));
    await daemon.kill();
    const stopped = await findEngine({ settings: {}, variables });
    assert.equal(stopped.engine, undefined);
    assert.equal(stopped.problem.code, 'engine-stopped');
    assert.match(stopped.problem.mend, /systemctl start docker/);
    await assert.rejects(client.version(), { code: 'engine-unreachable' });
    await daemon.start();
    await waitFor('the gap to be told', () => seen.includes('gap'));
    cancel.abort();
    await following;
    await daemon.stop();
  });

  it('says that a user may not open the socket', async function () {
    if (process.getuid?.() !== 0) this.skip();
    await using folder = await engineFolder(this);
    await chmod(join(folder.path, '..'), 0o755);
    await chmod(folder.path, 0o755);
    const socket = join(folder.path, 's');
    const server = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(socket)},()=>require('fs').chmodSync(${JSON.stringify(socket)},0))`,
    ]);
    try {
      await waitFor(
        'the socket',
        async () => (await runCommand({ program: 'test', args: ['-S', socket] })).exitCode === 0,
      );
      const home = join(folder.path, 'home');
      await mkdir(home);
      await chown(home, 65534, 65534);
      const script = `
        process.setgroups([]); process.setgid(65534); process.setuid(65534);
        const found = await findEngine({ settings: {}, variables: { PATH: '/none', DOCKER_HOST: 'unix://${socket}' } });
        console.log(found.problem.code + ' ' + found.problem.mend);`;
      const main = join(projectRoot, 'src', 'environments', 'engine', 'findEngine.ts');
      const warm = join(projectRoot, 'src', 'environments', 'engine', 'loadSdk.ts');
      const outcome = await runCommand({
        program: process.execPath,
        args: [
          ...['--input-type=module', '--eval'],
          `const { findEngine } = await import(${JSON.stringify(main)});
           await (await import(${JSON.stringify(warm)})).loadSdk();${script}`,
        ],
        cwd: '/',
        env: { PATH: process.env['PATH'], HOME: home },
      });
      assert.match(
        outcome.stdout.toString('utf8'),
        /^engine-not-permitted sudo usermod -aG docker nobody/,
        outcome.stderr,
      );
    } finally {
      server.kill('SIGKILL');
    }
  });
});
