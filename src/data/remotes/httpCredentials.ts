/** Who we are for a web server: the remote's options, the user in its URL, or the entry of its host in `~/.netrc`. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { remoteCredentials, remoteSettingWrong } from './errors.ts';
import type { CredentialSource, RemoteSettings } from './objectStore.ts';
import { flagOption, textOption } from './remoteOptions.ts';

/** The headers to send along. Rejects with `remote-setting` for kinds of authentication that DVC does not know either. */
export async function httpCredentials(
  settings: RemoteSettings,
  url: URL,
  label: string,
  credentials: CredentialSource,
): Promise<Record<string, string>> {
  const kind = textOption(settings, 'auth')?.toLowerCase();
  const user = textOption(settings, 'user') ?? nonEmpty(decodeURIComponent(url.username));
  const token = textOption(settings, 'token');
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  const password = async (): Promise<string | undefined> =>
    textOption(settings, 'password') ??
    nonEmpty(decodeURIComponent(url.password)) ??
    (flagOption(settings, 'ask_password') === true ? await credentials.ask(settings, 'password') : undefined);

  const header = textOption(settings, 'custom_auth_header');
  if (kind === 'custom' || (kind === undefined && header !== undefined)) {
    const value = await password();
    if (header === undefined || value === undefined)
      throw remoteCredentials(
        label,
        'auth = custom wants custom_auth_header and password.',
        `Set them: dvc remote modify --local ${settings.name} password …`,
      );
    return { [header.toLowerCase()]: value };
  }
  if (kind !== undefined && kind !== 'basic')
    throw remoteSettingWrong(settings.name, 'auth', `${kind} is not supported`);
  if (kind === 'basic' || user !== undefined) {
    const value = await password();
    if (user !== undefined && value === undefined && flagOption(settings, 'ask_password') === true)
      throw remoteCredentials(
        label,
        'no password was given (ask_password = true, and there was no terminal to ask in, or the question was left).',
        `Run it in a terminal, or set the password: dvc remote modify --local ${settings.name} password …`,
      );
    if (user === undefined || value === undefined)
      throw remoteCredentials(
        label,
        'basic authentication wants user and password.',
        `Set them in .dvc/config.local, or ask_password = true.`,
      );
    return basic(user, value);
  }
  const entry = await netrcEntry(url.hostname);
  return entry === undefined ? {} : basic(entry.login, entry.password);
}

function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text;
}

async function netrcEntry(host: string): Promise<{ login: string; password: string } | undefined> {
  const path = process.env['NETRC'] ?? join(homedir(), '.netrc');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : findNetrcEntry(text, host);
}

/** The entry of `host`, else the default one. Macros and accounts are skipped. Format: netrc(5). */
export function findNetrcEntry(text: string, host: string): { login: string; password: string } | undefined {
  const words =
    text
      .replaceAll(/^\s*#.*$/gm, '')
      .replaceAll(/\bmacdef\b[\s\S]*?(\n\n|$)/g, '')
      .match(/\S+/g) ?? [];
  let found: { login?: string; password?: string } | undefined;
  let current: { login?: string; password?: string } | undefined;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    if (word === 'machine') {
      index += 1;
      current = {};
      if (words[index] === host) found ??= current;
    } else if (word === 'default') {
      current = {};
      found ??= current;
    } else if ((word === 'login' || word === 'password') && current !== undefined) {
      index += 1;
      const value = words[index];
      if (value !== undefined) current[word] = value;
    }
  }
  if (found?.login === undefined || found.password === undefined) return undefined;
  return { login: found.login, password: found.password };
}
