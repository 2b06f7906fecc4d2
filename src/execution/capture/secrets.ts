/** Takes secrets out of commands, word by word, so that a command stays a command. */
import { hiddenSecret, hideSecrets, isSecretValue } from '../../base/secretText.ts';

export interface RedactedArguments {
  /** As many words as before; a secret is `${ENV:NAME}` when a variable holds the same text, else `<secret>`. */
  readonly redacted: string[];
  /** Indexes of the words that were changed. */
  readonly secretArguments: number[];
}

/**
 * Takes the secrets out of a command before anything of it is written.
 * @param variables The environment of the command: a secret that one of them holds is named instead of lost, so that
 *   a later rerun finds it again.
 */
export function redactArguments(
  argv: readonly string[],
  variables: Readonly<Record<string, string | undefined>> = {},
): RedactedArguments {
  const redacted: string[] = [];
  const secretArguments: number[] = [];
  argv.forEach((word, index) => {
    const hidden = redactWord(word, index === 0 ? '' : (argv[index - 1] ?? ''), variables);
    redacted.push(hidden);
    if (hidden !== word) secretArguments.push(index);
  });
  return { redacted, secretArguments };
}

function redactWord(
  word: string,
  before: string,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  // The text of a shell command is no single assignment: only the secrets within it go.
  if (/^-[a-z]*c$/.test(before)) return hideSecrets(word);
  const assignment = /^([-+]*[\w.@/-]+)=([\s\S]*)$/.exec(word);
  if (assignment !== null) {
    const [, name = '', value = ''] = assignment;
    if (isSecretValue(name, value)) return `${name}=${placeholder(value, variables)}`;
    return `${name}=${hideSecrets(value)}`;
  }
  const isOption = /^-{1,2}[A-Za-z]/.test(word);
  if (/^--?[A-Za-z][\w.-]*$/.test(before) && !isOption && isSecretValue(before, word))
    return placeholder(word, variables);
  const hidden = hideSecrets(word);
  return hidden === hiddenSecret ? placeholder(word, variables) : hidden;
}

function placeholder(secret: string, variables: Readonly<Record<string, string | undefined>>): string {
  const name = Object.keys(variables).find(key => secret.length >= 6 && variables[key] === secret);
  return name === undefined ? hiddenSecret : `\${ENV:${name}}`;
}
