/** A real server of OpenSSH for one test, and an `ssh` on PATH that knows this test's keys and hosts and no others. */
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { findSshServer } from '../../../scripts/provision/sshServer.ts';
import { runCommand } from '../../../src/base/runCommand.ts';
import { scrubbedEnvironment } from '../scrubbedEnvironment.ts';
import { faultyLine, type FaultyLine } from './faultyLine.ts';
import { freePort, startServer } from './startServer.ts';

export interface SshServer extends AsyncDisposable {
  readonly user: string;
  /** To the server; a client that goes here is known to nobody but by {@link trust}. */
  readonly line: FaultyLine;
  /** Of the key that the server accepts. */
  readonly keyFile: string;
  /** The folder of the program `ssh` that reads {@link configure}d settings only. */
  readonly programs: string;
  /** The known hosts: the server's key for these names, or another one. */
  trust(hosts: readonly string[], key?: 'right' | 'wrong'): Promise<void>;
  /** Lines of a client's configuration, before the ones that every test has. */
  configure(lines: string): Promise<void>;
}

/** Undefined where the machine has no OpenSSH, or the server may not start. */
export async function sshServer(folder: string): Promise<SshServer | undefined> {
  const program = findSshServer();
  if (program === undefined || process.platform === 'win32') return undefined;
  // Where sshd runs as root it wants this folder, which a machine that has booted by other means lacks.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const home = join(folder, 'home');
  const programs = join(folder, 'programs');
  for (const made of [home, programs]) await mkdir(made, { recursive: true });
  const file = (name: string): string => join(folder, name);
  for (const name of ['host', 'other', 'client']) await makeKey(file(name));
  const port = await freePort();
  await writeFile(
    file('server.conf'),
    [
      ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey "${file('host')}"`, 'PidFile none'],
      ...[`AuthorizedKeysFile "${file('client.pub')}"`, 'StrictModes no', 'UsePAM no', 'PermitRootLogin yes'],
      ...['PasswordAuthentication no', 'Subsystem sftp internal-sftp', 'MaxStartups 100', ''],
    ].join('\n'),
  );
  const env = scrubbedEnvironment(home);
  const server = await startServer(program, ['-D', '-e', '-f', file('server.conf')], {
    env,
    cwd: folder,
    port,
  });
  const line = await faultyLine(server.port);
  const configure = async (lines: string): Promise<void> =>
    writeFile(
      file('client.conf'),
      [
        lines,
        'Host *',
        `UserKnownHostsFile "${file('known')}"`,
        'GlobalKnownHostsFile none',
        `IdentityFile "${file('client')}"`,
        'IdentitiesOnly yes',
        'IdentityAgent none',
        '',
      ].join('\n'),
    );
  await configure('');
  await writeFile(file('known'), '');
  await writeFile(
    join(programs, 'ssh'),
    `#!/bin/sh\nexec ${JSON.stringify(await realSsh())} -F ${JSON.stringify(file('client.conf'))} "$@"\n`,
    { mode: 0o755 },
  );
  return {
    user: userInfo().username,
    line,
    keyFile: file('client'),
    programs,
    configure,
    async trust(hosts, key = 'right') {
      const [kind = '', body = ''] = (
        await readFile(`${file(key === 'right' ? 'host' : 'other')}.pub`, 'utf8')
      ).split(' ');
      await writeFile(file('known'), hosts.map(host => `${host} ${kind} ${body}\n`).join(''));
    },
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function makeKey(path: string): Promise<void> {
  const { exitCode, stderr } = await runCommand({
    program: 'ssh-keygen',
    args: ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path],
  });
  if (exitCode !== 0) throw new Error(stderr);
}

async function realSsh(): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'ssh');
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error('there is no program ssh');
}
