/** The questions that git has for a person over HTTP, read from its words. Pure. */

export interface GitQuestion {
  readonly kind: 'user' | 'password';
  /** Whom it is asked for: an address without a login, as `https://host.example`. */
  readonly url: string;
  /** The name that the address bears; a password is that name's. */
  readonly user: string | undefined;
}

/**
 * Undefined for every other question. Never for one over ssh, whose hosts and keys are a person's to judge where they see
 * more of it.
 * @param question As `Username for 'https://host': `, `Password for 'https://ana@host': `.
 */
export function readGitQuestion(question: string): GitQuestion | undefined {
  const [, word, address = ''] = /^(Username|Password) for '(https?:\/\/[^'\s]+)':? ?$/.exec(question) ?? [];
  if (word === undefined || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  const user = decoded(url.username);
  url.username = '';
  url.password = '';
  return {
    kind: word === 'Username' ? 'user' : 'password',
    url: url.href.replace(/\/$/, ''),
    user: user === '' ? undefined : user,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
