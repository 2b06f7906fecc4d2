/** Sharing over the network: OpenSSH, and HTTP with a password, as programs without a person do it. */
import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import { RunStore } from '../../../src/runs/runStore.ts';
import { gitWebServer, type GitWebServer } from '../../helpers/remotes/gitWebServer.ts';
import { sshServer } from '../../helpers/remotes/sshServer.ts';
import { team, type Member, type Team } from './team.ts';

const login = ['ana', 'open-sesame'] as const;

describe('sharing over the network', function () {
  this.timeout(180_000);
  let all: Team;
  let ana: Member;
  let web: GitWebServer;
  let id: string;

  before(async () => {
    all = await team();
    ana = await all.join('ana');
    await ana.write({ 'train.py': 'print(\'{"loss": 1}\')\n' });
    await ana.git('add', '--all');
    await ana.git('commit', '--quiet', '--message', 'a project');
    await ana.git('push', '--quiet', 'origin', 'HEAD:main');
    await ana.git('--git-dir', all.hub, 'config', 'http.receivepack', 'true');
    await ana.expect(0, 'run', '--', 'python3', 'train.py');
    id = await new RunStore(ana.store).resolve('@1');
    web = await gitWebServer(all.folder, login.join(':'));
  });
  after(async () => {
    await web[Symbol.asyncDispose]();
    await all[Symbol.asyncDispose]();
  });

  it('over HTTP asks the helpers and askpass programs of git, and nobody else', async () => {
    const url = `${web.url}/${encodeURIComponent(basename(all.hub))}`;
    await ana.git('remote', 'set-url', 'origin', url);
    const refused = await ana.lockstep(['share', 'push', id]);
    assert.equal(refused.code, 3, refused.stdout);
    assert.match(refused.stderr, /does not let you/);
    assert.ok(web.refused > 0);

    const askpass = join(all.folder, 'ask pass');
    await writeFile(
      askpass,
      `#!/bin/sh\ncase "$1" in User*) echo ${login[0]} ;; *) echo ${login[1]} ;; esac\n`,
    );
    await chmod(askpass, 0o755);
    const asked = await ana.lockstep(['share', 'push', id], { env: { GIT_ASKPASS: askpass } });
    assert.equal(asked.code, 0, asked.stderr);

    const stored = web.url.replace('://', `://${login.join(':')}@`);
    const settings = join(all.folder, 'settings');
    await writeFile(settings, `[credential]\n\thelper = store --file='${join(all.folder, 'logins')}'\n`);
    await writeFile(join(all.folder, 'logins'), `${stored}\n`);
    const bob = await all.join('bob', { url, environment: { GIT_CONFIG_GLOBAL: settings } });
    const text = await bob.expect(0, 'share', 'fetch', '--full');
    assert.match(text, /new from ana/);
    assert.ok(!text.includes(login[1]));
    await bob.expect(0, 'annotate', id, '--tag', 'seen');
    await bob.expect(0, 'share', 'push', id);
  });

  it('over ssh uses the keys of the person, and waits for no answer', async function () {
    const folder = join(all.folder, 'ssh');
    await mkdir(folder);
    await using server = await sshServer(folder);
    if (server === undefined) this.skip();
    const environment = { PATH: [server.programs, process.env['PATH']].join(delimiter) };
    const url = `ssh://${server.user}@127.0.0.1:${server.line.port}${all.hub}`;
    await ana.git('remote', 'set-url', 'origin', url);
    // An unknown host: a person would be asked.
    const unknown = await ana.lockstep(['share', 'fetch'], { env: environment });
    assert.equal(unknown.code, 3, unknown.stdout);
    assert.match(unknown.stderr, /Host key verification failed/);
    await server.trust([`[127.0.0.1]:${server.line.port}`]);
    const { code, stderr, stdout } = await ana.lockstep(['share', 'push', id], { env: environment });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /is shared in origin \(ssh:.* already/);
    const carol = await all.join('carol', { url, environment });
    await carol.expect(0, 'share', 'fetch', '--full');
  });
});
