/**
 * Links to shared runs: `vscode://publisher.extension/run?remote=…&id=…`. A link carries ids and the address of a remote,
 * never a command: what it names must be one of the repository's own remotes before anything is fetched from there.
 */
import { isRunId } from '../../runs/runFolders.ts';
import { withoutCredentials } from '../../git/repositoryFacts.ts';
import { hideSecrets, hiddenSecret } from '../../base/secretText.ts';
import { formatCommand } from '../../base/runCommand.ts';
import { linkWrong } from '../errors.ts';
import { sharedRefOf } from '../sharedRef.ts';

export interface RunLink {
  /** Without credentials. */
  readonly remote: string;
  readonly id: string;
}

export interface WrittenLink extends RunLink {
  readonly link: string;
  /** The same by hand: links do not open from remote terminals. */
  readonly commands: readonly string[];
}

/** `publisher.name` of the extension. */
export interface LinkPlace {
  readonly extension: string;
  /** `vscode`, `vscode-insiders`, `vscodium`, `cursor`: the editor's own. */
  readonly scheme: string;
}

const path = '/run';
const longest = 2048;

/** Throws `link-wrong` where the remote has no address that could be in a link. */
export function writeRunLink(run: RunLink, { extension, scheme }: LinkPlace): WrittenLink {
  const remote = hideSecrets(withoutCredentials(run.remote));
  if (!/^[a-z][a-z0-9+.-]{1,40}$/.test(scheme))
    throw linkWrong(`${JSON.stringify(scheme.slice(0, 40))} is no scheme of an editor`);
  requireRemote(remote);
  const query = `remote=${encodeURIComponent(remote)}&id=${run.id}`;
  return {
    ...{ remote, id: run.id, link: `${scheme}://${extension}${path}?${query}` },
    commands: [
      // Into a ref of its own: what is only in FETCH_HEAD is gone with the next fetch.
      formatCommand('git', ['fetch', remote, `${sharedRefOf(run.id)}:${sharedRefOf(run.id)}`]),
      formatCommand('lockstep', ['reproduce', run.id]),
    ],
  };
}

/**
 * What a link says, by its parts as an editor's handler gets them, or as a whole. Throws `link-wrong` for everything
 * that {@link writeRunLink} would not have written.
 */
export function parseRunLink(link: string | { readonly path: string; readonly query: string }): RunLink {
  const parts = typeof link === 'string' ? partsOf(link) : link;
  if (parts.path.replace(/\/$/, '') !== path) throw linkWrong('it leads elsewhere');
  if (parts.query.length > longest) throw linkWrong('it is too long');
  const query = new URLSearchParams(parts.query);
  for (const key of query.keys())
    if (key !== 'remote' && key !== 'id') throw linkWrong('it says more than a run');
  const [id = '', ...otherIds] = query.getAll('id');
  const [remote = '', ...others] = query.getAll('remote');
  if (otherIds.length > 0 || others.length > 0) throw linkWrong('it names several runs');
  if (!isRunId(id)) throw linkWrong('it has no id of a run');
  requireRemote(remote);
  if (withoutCredentials(remote) !== remote || hideSecrets(remote) !== remote)
    throw linkWrong('it carries a login');
  return { remote, id };
}

function partsOf(link: string): { path: string; query: string } {
  if (link.length > longest) throw linkWrong('it is too long');
  const match = /^[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9][\w-]*\.[A-Za-z0-9][\w-]*(\/[^?#]*)\?([^#]*)$/.exec(link);
  if (match === null) throw linkWrong('it is no link to an extension');
  return { path: match[1] ?? '', query: match[2] ?? '' };
}

/** An address of the kinds that git reads by itself: nothing that starts a program of the link's choice. */
function requireRemote(remote: string): void {
  if (remote === '') throw linkWrong('it names no remote');
  // eslint-disable-next-line no-control-regex -- what does not show has no place in an address
  if (/[\u0000-\u0020\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/.test(remote.replaceAll(' ', '_')))
    throw linkWrong('its remote has characters that do not show');
  if (remote.startsWith('-') || remote.includes('::') || remote.includes(hiddenSecret))
    throw linkWrong('its remote is no address');
  const known =
    /^(?:https?|ssh|git|git\+ssh|file):\/\/[^/]*\/?.*/i.test(remote) ||
    /^(?:[A-Za-z0-9_.+-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*:[^:]+$/.test(remote) ||
    /^\/[^/]/.test(remote);
  if (!known) throw linkWrong('its remote is no address');
}
