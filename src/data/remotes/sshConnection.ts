/**
 * A connection to a host through the machine's own `ssh`, as git makes them: the person's configuration, agent, keys
 * on tokens, jump hosts and known hosts mean here what they mean in a terminal, and a host whose key has changed is
 * refused by the program that is trusted with that. What it says on standard error becomes a failure of ours.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LockstepError } from '../../base/lockstepError.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import {
  remoteAccessDenied,
  remoteHostKey,
  remoteRefused,
  remoteSettingWrong,
  remoteTrouble,
  sshMissing,
} from './errors.ts';
import type { CredentialSource, RemoteSettings } from './objectStore.ts';
import { flagOption, numberOption, textOption } from './remoteOptions.ts';
import { SftpSession } from './sftpSession.ts';

export interface SshConnection {
  readonly session: SftpSession;
  readonly ended: boolean;
  close(): void;
}

export interface SshHost {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

/** Host, user and port of `ssh://user@host:port/path`. What could be taken for an option of a program is refused. */
export function sshHost(settings: RemoteSettings): SshHost {
  const match = /^ssh:\/\/(?:([^@/]*)@)?(\[[0-9a-f:.%]+\]|[^@:/]+)(?::(\d+))?(?:\/|$)/i.exec(settings.url);
  const host = match?.[2]?.replaceAll(/^\[|\]$/g, '');
  const user = textOption(settings, 'user') ?? nonEmpty(match?.[1]?.split(':')[0]);
  if (host === undefined || !/^[\w.:%][\w.:%-]*$/.test(host))
    throw remoteSettingWrong(settings.name, 'url', 'names no host');
  if (user !== undefined && !/^[^\s\-'"`;&<>|(){}][^\s'"`;&<>|(){}]*$/.test(user))
    throw remoteSettingWrong(settings.name, 'user', 'is not the name of a user');
  const port = numberOption(settings, 'port') ?? (match?.[3] === undefined ? undefined : Number(match[3]));
  return { host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

export async function connectSsh(
  settings: RemoteSettings,
  label: string,
  credentials: CredentialSource,
): Promise<SshConnection> {
  const answers = await answersFor(settings, credentials);
  const mayAsk = process.stdin.isTTY && process.stderr.isTTY;
  const askpass = answers === undefined ? undefined : await makeAskpass();
  try {
    const child = spawn('ssh', sshArguments(settings, answers !== undefined || mayAsk), {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      env:
        answers === undefined || askpass === undefined
          ? process.env
          : {
              ...process.env,
              SSH_ASKPASS: askpass.program,
              SSH_ASKPASS_REQUIRE: 'force',
              DISPLAY: process.env['DISPLAY'] ?? ':0',
              LOCKSTEP_SSH_PASSWORD: answers.password ?? '',
              LOCKSTEP_SSH_PASSPHRASE: answers.passphrase ?? '',
            },
    });
    const session = new SftpSession(child.stdout, child.stdin);
    let words = '';
    let ended = false;
    child.stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString('utf8')).slice(-8192);
    });
    child.on('error', error => {
      ended = true;
      session.fail(
        systemErrorCode(error) === 'ENOENT'
          ? sshMissing()
          : remoteTrouble(label, error.message, { cause: error }),
      );
    });
    child.on('close', () => {
      ended = true;
      session.fail(sshFailure(label, sshHost(settings).host, words));
    });
    const close = (): void => {
      ended = true;
      child.stdin.end();
      child.kill();
    };
    try {
      await session.ready();
    } catch (error) {
      close();
      throw error;
    }
    return {
      session,
      get ended() {
        return ended;
      },
      close,
    };
  } finally {
    await askpass?.remove();
  }
}

function sshArguments(settings: RemoteSettings, mayAsk: boolean): string[] {
  const { host, user, port } = sshHost(settings);
  const keyFile = textOption(settings, 'keyfile');
  const seconds = Math.min(numberOption(settings, 'timeout') ?? 30, 60);
  const option = (name: string, value: string): string[] => ['-o', `${name}=${value}`];
  return [
    ...option('BatchMode', mayAsk ? 'no' : 'yes'),
    ...option('NumberOfPasswordPrompts', '1'),
    ...option('ConnectTimeout', String(Math.max(1, Math.round(seconds)))),
    // A line that is dead without saying so is noticed within a minute.
    ...[...option('ServerAliveInterval', '15'), ...option('ServerAliveCountMax', '4')],
    ...[
      ...option('ForwardAgent', 'no'),
      ...option('ForwardX11', 'no'),
      ...option('ClearAllForwardings', 'yes'),
    ],
    ...[
      ...option('PermitLocalCommand', 'no'),
      ...option('RequestTTY', 'no'),
      ...option('RemoteCommand', 'none'),
    ],
    // A connection that is shared already is used; one that would outlive us is not made.
    ...option('ControlMaster', 'no'),
    ...(flagOption(settings, 'allow_agent') === false ? option('IdentityAgent', 'none') : []),
    ...(flagOption(settings, 'gss_auth') === true ? option('GSSAPIAuthentication', 'yes') : []),
    ...(keyFile === undefined
      ? []
      : ['-i', keyFile.replace(/^~(?=\/)/, homedir()), ...option('IdentitiesOnly', 'yes')]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...['-s', '--', host, 'sftp'],
  ];
}

/** What the configuration holds, or says that it shall be asked for. */
async function answersFor(
  settings: RemoteSettings,
  credentials: CredentialSource,
): Promise<{ readonly password?: string; readonly passphrase?: string } | undefined> {
  const answer = async (what: 'password' | 'passphrase'): Promise<string | undefined> =>
    textOption(settings, what) ??
    (flagOption(settings, `ask_${what}`) === true ? await credentials.ask(settings, what) : undefined);
  const password = await answer('password');
  const passphrase = await answer('passphrase');
  if (password === undefined && passphrase === undefined) return undefined;
  return {
    ...(password === undefined ? {} : { password }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

/** A program that answers what ssh asks; questions about unknown hosts are for a person, so they get no answer. */
async function makeAskpass(): Promise<{ readonly program: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-ssh-'));
  const windows = process.platform === 'win32';
  const program = join(folder, windows ? 'answer.cmd' : 'answer');
  const script = windows
    ? '@echo off\r\necho %1 | findstr /i passphrase >nul && (echo %LOCKSTEP_SSH_PASSPHRASE%) || (echo %LOCKSTEP_SSH_PASSWORD%)\r\n'
    : [
        '#!/bin/sh',
        'case "$1" in',
        `  *'(yes/no'*) exit 1 ;;`,
        `  *assphrase*) printf '%s\\n' "$LOCKSTEP_SSH_PASSPHRASE" ;;`,
        `  *) printf '%s\\n' "$LOCKSTEP_SSH_PASSWORD" ;;`,
        'esac',
        '',
      ].join('\n');
  await writeFile(program, script, { mode: 0o700 });
  return { program, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What ssh has said before it ended, as a failure of ours. */
export function sshFailure(label: string, host: string, words: string): LockstepError {
  const lines = words
    .split(/\r?\n/)
    .filter(line => line.trim() !== '' && !line.startsWith('Warning: Permanently'));
  const last = (lines.at(-1) ?? 'the connection ended').slice(0, 300);
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed|REVOKED HOST KEY/i.test(words))
    return remoteHostKey(
      label,
      'the key of the host is not the one that is known.',
      `If you know why it changed: ssh-keygen -R ${host}`,
    );
  if (/Host key verification failed|No .* host key is known/i.test(words))
    return remoteHostKey(
      label,
      'the host is not known yet.',
      `Connect once in a terminal and look at its key: ssh ${host}`,
    );
  if (/Permission denied|Too many authentication failures|no such identity|bad permissions/i.test(words))
    return remoteAccessDenied(label, last, `Check that this works: ssh ${host}`);
  if (/subsystem request failed/i.test(words)) return remoteRefused(label, 'the host has no SFTP');
  return remoteTrouble(label, last);
}
