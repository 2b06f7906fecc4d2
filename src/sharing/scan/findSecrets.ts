/**
 * Finds secrets in text that is about to leave this machine: tokens of known services, private keys, logins in URLs, and
 * values that are called a secret and look like one. Unlike what hides secrets in a record, it reads source code, where
 * `token=token` is no secret: a name alone proves nothing.
 */
import { hideSecrets, isSecretName } from '../../base/secretText.ts';
import { readableText } from './readableText.ts';

export interface FoundSecret {
  /** From 1; 0 where the file itself is the secret, by its name. */
  readonly line: number;
  /** What it looks like; never the value. */
  readonly what: string;
}

/** Files that hold nothing but secrets, whatever is in them. */
const secretFiles =
  /(?:^|\/)(?:\.env(?:\.(?!example$|sample$|template$|dist$)[\w-]+)*|\.netrc|_netrc|\.pgpass|\.npmrc|\.pypirc|\.htpasswd|id_(?:rsa|dsa|ecdsa|ed25519)|kaggle\.json|credentials\.json|service[-_]account[\w-]*\.json|[^/]+\.(?:pem|p12|pfx|jks|keystore|kdbx|ppk))$/i;
/** Those of them that often hold none: only what is in them counts. */
const oftenHarmless = /(?:^|\/)\.npmrc$|\.pem$/i;

const worthLooking =
  /hf_|gh[pousr]_|github_pat|glpat-|sk-|xox|npm_|pypi-|AIza|ya29|dop_v1|AKIA|ASIA|eyJ|local-[a-f0-9]|:\/\/[^\s/]*@|PRIVATE KEY/;
const tokens =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|(?:hf_|gh[pousr]_|github_pat_|glpat-|sk-|xox[abprs]-|npm_|pypi-|AIza|ya29\.|dop_v1_|AKIA|ASIA|eyJ|local-)[\w.-]{10,200}|[a-z]{3,10}:\/\/[^\s/@:"'<>]{1,100}:[^\s/@"'<>]{1,200}@/g;
const separators = /[\s"'`,;()<>{}[\]|&=]+/;
/** `api_key = "…"`, `"token": "…"`, `password: '…'`, `HF_TOKEN=…`. */
const assignment =
  /([A-Za-z_][\w.-]{1,60})["']?\s*(?::|=(?!=)|:=)\s*(?:r|b|f)?(?:"([^"\n]{6,})"|'([^'\n]{6,})'|([^\s"'`,;(){}[\]<>$]{12,}))/g;
/** A longer line is read in parts, which overlap by more than the longest secret. */
const longestPart = 20_000;
const overlap = 1000;
const most = 50;

/** What the name of a file says, before anybody reads it. */
export function secretByName(path: string): FoundSecret | undefined {
  return secretFiles.test(path) && !oftenHarmless.test(path)
    ? { line: 0, what: 'a file that usually holds secrets' }
    : undefined;
}

/** In a file of whatever kind. At most 50, in order. */
export function findSecretsIn(bytes: Uint8Array): FoundSecret[] {
  const { kind, text } = readableText(bytes);
  if (kind === 'text') return findSecrets(text);
  // Names and values stand apart in a binary file, and its lines are none.
  const what = tokenIn(text);
  return what === undefined ? [] : [{ line: 0, what }];
}

/** At most 50, in order; one in a line. */
export function findSecrets(text: string): FoundSecret[] {
  const found: FoundSecret[] = [];
  let number = 0;
  for (let at = 0; at <= text.length && found.length < most;) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end);
    at += line.length + 1;
    number++;
    const what = secretInLine(line);
    if (what !== undefined) found.push({ line: number, what });
  }
  return found;
}

function secretInLine(line: string): string | undefined {
  if (line.length <= longestPart) return secretIn(line);
  for (let at = 0; at < line.length; at += longestPart - overlap) {
    const what = secretIn(line.slice(at, at + longestPart));
    if (what !== undefined) return what;
  }
  return undefined;
}

/** What carries its own mark. In a binary file a letter may stand before it: the length of the text, say. */
function tokenIn(text: string): string | undefined {
  for (const [candidate] of text.matchAll(tokens)) {
    if (candidate.startsWith('-----')) return 'a private key';
    if (!candidate.includes('://')) {
      // `risk-…` is a word, and programs are full of words.
      if (/\d/.test(candidate) && hideSecrets(candidate) !== candidate) return 'a token';
    } else if (hideSecrets(candidate) !== candidate && !isExampleLogin(candidate)) return 'a login in a URL';
  }
  return undefined;
}

function secretIn(line: string): string | undefined {
  if (worthLooking.test(line)) {
    if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(line)) return 'a private key';
    for (const word of line.split(separators)) {
      if (word.length < 12 || !worthLooking.test(word) || hideSecrets(word) === word) continue;
      if (!word.includes('://')) return 'a token';
      if (!isExampleLogin(word)) return 'a login in a URL';
    }
  }
  for (const [, name = '', double, single, bare] of line.matchAll(assignment)) {
    const value = double ?? single ?? bare ?? '';
    if (!isSecretName(name)) continue;
    // Without quotes it may be code: there it has to look random.
    if (looksRandom(value, bare === undefined ? 2.5 : 3)) return `a value of ${name}`;
  }
  return undefined;
}

function isExampleLogin(url: string): boolean {
  const login = /:\/\/([^\s/@]*)@/.exec(url)?.[1] ?? '';
  const password = login.slice(login.indexOf(':') + 1);
  return /^(?:|\$.*|<.*>|\{.*\}|%.*|\*+|x+|user(?:name)?|pass(?:word)?|secret|token)$/i.test(password);
}

/**
 * A value as a generator makes it, not a word, a path or a placeholder.
 * @param least Bits of information in a character, by how often each occurs.
 */
function looksRandom(value: string, least: number): boolean {
  if (value.length < 8 || value.length > 4096) return false;
  if (
    /^(?:x+|\*+|\.+|<.*>|\$.*|%.*|\{.*|your.*|my[-_].*|change.?me.*|example.*|dummy.*|placeholder.*|none|null|true|false)$/i.test(
      value,
    )
  )
    return false;
  if (/\s|[\\/]{2}|^[\w-]+(?:\.[A-Za-z_]\w*)+$/.test(value)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter(kind => kind.test(value)).length;
  return kinds >= 2 && /\d/.test(value) && entropy(value) >= least;
}

/** Shannon, in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
