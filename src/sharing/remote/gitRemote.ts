/** The remotes of a repository, and which of them sharing means when nobody says. */
import { resolve } from 'node:path';
import { hideSecrets } from '../../base/secretText.ts';
import type { Repository } from '../../git/findRepository.ts';
import { gitSettings, withoutCredentials } from '../../git/repositoryFacts.ts';
import { runGit, type GitContext } from '../../git/runGit.ts';
import { remoteMissing, remoteUnclear, remoteUnknown, remoteUnsafe } from '../errors.ts';

export interface GitRemote {
  /** As git knows it; the shown URL where it was given by URL. */
  readonly name: string;
  /** What git is told in the person's repository: the name, or the URL. */
  readonly address: string;
  /** What any other repository is told; may hold credentials, so it is never shown. */
  readonly url: string;
  /** Without user, password or token. */
  readonly shownUrl: string;
}

/** In the order of git's configuration. */
export async function listRemotes(context: GitContext): Promise<GitRemote[]> {
  return remotesIn(await gitSettings(context), context.repository.root);
}

/**
 * @param asked A name, a URL or a path.
 * Throws `remote-missing`, `remote-unclear`, `remote-unknown`, `remote-unsafe`.
 */
export async function chooseRemote(context: GitContext, asked?: string): Promise<GitRemote> {
  const settings = await gitSettings(context);
  const remotes = remotesIn(settings, context.repository.root);
  if (asked !== undefined) {
    const known = remotes.find(({ name }) => name === asked);
    if (known !== undefined) return known;
    if (asked.startsWith('-')) throw remoteUnsafe(asked);
    if (!/[/\\:]/.test(asked)) throw remoteUnknown(asked, remotes);
    return byUrl(asked, context.repository.root);
  }
  if (remotes.length === 0) throw remoteMissing();
  const { stdout } = await runGit(context, ['symbolic-ref', '--quiet', '--short', 'HEAD'], {
    tolerant: true,
  });
  const upstream = settings.get(`branch.${stdout.toString('utf8').trim()}.remote`);
  const chosen =
    remotes.find(({ name }) => name === upstream) ??
    remotes.find(({ name }) => name === 'origin') ??
    (remotes.length === 1 ? remotes[0] : undefined);
  if (chosen === undefined) throw remoteUnclear(remotes);
  return chosen;
}

/** Whether two URLs of a remote mean the same place, whoever is logged in. */
export function isSamePlace(one: string, other: string): boolean {
  return placeOf(one) === placeOf(other);
}

function placeOf(url: string): string {
  const bare = withoutCredentials(url)
    // The short form of ssh: user@host:path.
    .replace(/^(?:[^/@:]+@)?([^/:]{2,}):(?!\/\/)\/?/, 'ssh://$1/')
    .replace(/^(\w+:\/\/)[^/@]*@/, '$1')
    .replace(/^(?:https?|ssh|git|git\+ssh):\/\//i, '//')
    .replace(/^file:\/\//i, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  const host = /^\/\/([^/]+)/.exec(bare)?.[1];
  return host === undefined ? bare : bare.replace(host, host.toLowerCase());
}

function remotesIn(settings: ReadonlyMap<string, string>, root: string): GitRemote[] {
  const remotes: GitRemote[] = [];
  for (const [key, value] of settings) {
    const name = /^remote\.(.+)\.url$/s.exec(key)?.[1];
    if (name === undefined || name.startsWith('-') || value.startsWith('-')) continue;
    remotes.push({ ...byUrl(value, root), name, address: name });
  }
  return remotes;
}

function byUrl(text: string, root: string): GitRemote {
  const url = isPath(text) ? resolve(root, text) : text;
  const shownUrl = hideSecrets(withoutCredentials(url));
  return { name: shownUrl, address: url, url, shownUrl };
}

/** Git takes what has neither a scheme nor a host before a colon for a path. */
function isPath(text: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && !/^[^/\\]{2,}:/.test(text);
}

/** The settings of the person's repository that decide how a host is reached, for a repository that has none. */
export async function transportVariables(
  repository: Repository,
  context: GitContext,
): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await runGit({ ...context, repository, settings: [] }, [
    ...['config', '--list', '-z', '--includes', '--show-scope'],
  ]);
  const fields = stdout.toString('utf8').split('\0');
  const variables: NodeJS.ProcessEnv = {};
  // After those that the person's environment gives already.
  const given = Number(context.environment?.['GIT_CONFIG_COUNT'] ?? 0);
  const first = Number.isInteger(given) && given > 0 ? given : 0;
  let count = first;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [scope = '', entry = ''] = [fields[at], fields[at + 1]];
    const lineEnd = entry.indexOf('\n');
    const key = lineEnd < 0 ? entry : entry.slice(0, lineEnd);
    // Those of the person and of the system apply to every repository.
    if ((scope !== 'local' && scope !== 'worktree') || !decidesTransport(key)) continue;
    variables[`GIT_CONFIG_KEY_${count}`] = key;
    variables[`GIT_CONFIG_VALUE_${count}`] = lineEnd < 0 ? 'true' : entry.slice(lineEnd + 1);
    count++;
  }
  return count === first ? {} : { ...variables, GIT_CONFIG_COUNT: String(count) };
}

function decidesTransport(key: string): boolean {
  return /^(?:credential\.|https?\.|url\.|ssh\.|protocol\.|core\.(?:sshcommand|gitproxy|askpass)$)/.test(key);
}
