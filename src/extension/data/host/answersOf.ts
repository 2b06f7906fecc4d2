/**
 * Credentials that only a person can give, for a thread that cannot ask: it uses what it was handed, and says what it
 * lacked, so that the editor asks and the operation is begun again.
 */
import type { CredentialSource } from '../../../data/remotes/objectStore.ts';

/** `<remote>\n<what>` → the secret. */
export type Answers = Readonly<Record<string, string>>;

export interface WantedAnswer {
  /** Name of the remote. */
  readonly remote: string;
  /** As `CredentialSource.ask` names it: `password`, `passphrase`, … */
  readonly what: string;
}

/** A result, or the question that stands before it. */
export type Asked<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'wanted'; readonly wanted: WantedAnswer };

export function answerKey({ remote, what }: WantedAnswer): string {
  return `${remote}\n${what}`;
}

/** Runs `body` with the answers; where it fails or falls short for the lack of one, says which. */
export async function withAnswers<Result extends { readonly missing: readonly unknown[] }>(
  answers: Answers,
  body: (credentials: CredentialSource) => Promise<Result>,
): Promise<Asked<Result>> {
  const wanted: WantedAnswer[] = [];
  const credentials: CredentialSource = {
    ask: (remote, what) => {
      const answer = answers[answerKey({ remote: remote.name, what })];
      if (answer === undefined) wanted.push({ remote: remote.name, what });
      return Promise.resolve(answer);
    },
  };
  try {
    const result = await body(credentials);
    const [first] = wanted;
    return first !== undefined && result.missing.length > 0
      ? { kind: 'wanted', wanted: first }
      : { kind: 'done', result };
  } catch (error) {
    const [first] = wanted;
    if (first === undefined) throw error;
    return { kind: 'wanted', wanted: first };
  }
}
