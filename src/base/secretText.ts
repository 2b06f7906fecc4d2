/**
 * Recognises secrets in text and by the names of what holds them, so that none is ever recorded. It errs on the side of
 * hiding: a hidden word costs a question at the next rerun, a recorded one costs a credential.
 */
export const hiddenSecret = '<secret>';

const secretName =
  /(?:^|[^a-z])(?:api[-_]?key|apikey|access[-_]?key|secret[-_]?key|private[-_]?key|auth[-_]?key|account[-_]?key|wandb[-_]?key|secret|passwd|password|passphrase|pwd|credentials?|bearer|auth[-_]?token|(?:api|access|auth|hf|hub|github|gitlab|bot|session|refresh|personal|id|use_auth|bearer)[-_]?token|token)$/i;
/** `--tokenizer`, `--max-tokens`, `--pad-token` and `--key` of a dictionary are not secrets. */
const ordinaryName =
  /(?:^|[-_.])(?:pad|eos|bos|unk|cls|sep|mask|special|stop|start|end|new|image|text|trigger|placeholder|class|instance|prefix|extra)[-_]?token$/i;

/** A word as people put names together, with or without a short number: `learn`, `baseline`, `resnet50`, `2024`. */
const word = '(?:[A-Za-z][a-z]{0,14}\\d{0,4}|\\d{1,8})';

const bodies = [
  // Hugging Face, GitHub, GitLab, OpenAI and Anthropic, Slack, npm, PyPI, Google, Weights & Biases local, DigitalOcean.
  'hf_[A-Za-z0-9]{20,}',
  'gh[pousr]_[A-Za-z0-9]{20,}',
  'github_pat_[A-Za-z0-9_]{20,}',
  'glpat-[A-Za-z0-9_-]{16,}',
  // What is made of a few words alone is a name: sk-learn-baseline-2024.
  `sk-(?!${word}(?:[_-]${word}){0,11}(?![A-Za-z0-9_-]))[A-Za-z0-9_-]{16,}`,
  'xox[abprs]-[A-Za-z0-9-]{10,}',
  'npm_[A-Za-z0-9]{30,}',
  'pypi-[A-Za-z0-9_-]{30,}',
  'AIza[A-Za-z0-9_-]{30,}',
  'ya29\\.[A-Za-z0-9_-]{20,}',
  'dop_v1_[a-f0-9]{40,}',
  '(?:AKIA|ASIA)[A-Z0-9]{16}',
  'eyJ[A-Za-z0-9_-]{10,4000}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{5,}',
  'local-[a-f0-9]{40}',
];
const knownSecret = new RegExp(`(?<![A-Za-z0-9])(?:${bodies.join('|')})(?![A-Za-z0-9])`, 'g');
const privateKeyBlock = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const userInUrl = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/@:?#]*)(?::([^\s/]*))?@/gi;
/**
 * `HF_TOKEN=abc` and `--api-key abc` within the text of a shell command. A name is tried from its first character only,
 * which keeps long texts without any blank from costs by the square of their length.
 */
const shellValue = String.raw`("[^"$]+"|'[^']+'|[^\s"'$;&|<>()-][^\s"';&|<>()]*)`;
const assigned = new RegExp(String.raw`(?<![\w.-])([\d.-]*[A-Za-z_][\w.-]*)(=)${shellValue}`, 'g');
const following = new RegExp(String.raw`(?<![\w.-])(\.*--?[A-Za-z][\w.-]*)(\s+)${shellValue}`, 'g');
const secretInQuery =
  /([?&;](?:[\w.-]*(?:token|key|secret|password|passwd|pwd|signature|credential)|sig|X-Amz-[\w-]+)=)[^&#\s]+/gi;
const authorization =
  /\b((?:authorization|proxy-authorization|x-api-key|x-auth-token)\s*:\s*(?:(?:bearer|basic|token)\s+)?)\S+/gi;

/** Whether `name` of an option, a variable or a field names a secret: `--hub-token`, `AWS_SECRET_ACCESS_KEY`. */
export function isSecretName(name: string): boolean {
  const bare = name.replace(/^[-+]+/, '').replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  return secretName.test(bare) && !ordinaryName.test(bare);
}

/**
 * Whether `value` under `name` is a secret: not a yes or no, a small number, or a reference to a variable. A name that
 * only ends in "key" (`--sort-key loss`) counts when its value is long and mixed like a key, not like a word or a path.
 */
export function isSecretValue(name: string, value: string): boolean {
  if (value === '' || /^(?:true|false|none|null|yes|no|\d{1,6}(?:\.\d+)?)$/i.test(value)) return false;
  if (/^\$\{?\w+\}?$/.test(value) || value.startsWith('${ENV:') || value === hiddenSecret) return false;
  if (isSecretName(name)) return !isTokenOfText(name, value);
  const mixed = /^[A-Za-z0-9_+=-]{16,}$/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value);
  return /key$/i.test(name) && mixed;
}

/** `token=bpe` says what a text is split into: no service gives out a short word of small letters. */
function isTokenOfText(name: string, value: string): boolean {
  return /^-*token$/.test(name) && /^[a-z]{1,8}$/.test(value);
}

/** `text` with everything that looks like a secret in it replaced; the very same text when there is none. */
export function hideSecrets(text: string): string {
  if (privateKeyBlock.test(text)) return hiddenSecret;
  return text
    .replace(userInUrl, (_whole, scheme: string, user: string, password: string | undefined) =>
      // An account name alone (git@host) is no secret, unless it is a token.
      password === undefined && !looksLikeToken(user) ? `${scheme}${user}@` : `${scheme}${hiddenSecret}@`,
    )
    .replace(assigned, hideIfSecret)
    .replace(following, hideIfSecret)
    .replace(secretInQuery, `$1${hiddenSecret}`)
    .replace(authorization, `$1${hiddenSecret}`)
    .replace(knownSecret, hiddenSecret);
}

function hideIfSecret(whole: string, name: string, between: string, value: string): string {
  return isSecretValue(name, value) ? name + between + hiddenSecret : whole;
}

/** The value of an option, a parameter or a tag called `name` as it may be recorded. */
export function recordedValue(name: string, value: string): string {
  return isSecretValue(name, value) ? hiddenSecret : hideSecrets(value);
}

/** A URL without user, password and secret query fields, for records. Anything that is no URL comes back scanned. */
export function stripCredentials(url: string): string {
  return hideSecrets(url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/i, '$1'));
}

function looksLikeToken(user: string): boolean {
  knownSecret.lastIndex = 0;
  const known = knownSecret.test(user);
  knownSecret.lastIndex = 0;
  return known || /^[A-Za-z0-9_-]{20,}$/.test(user) || user === 'oauth2' || user === 'x-access-token';
}
