/**
 * Credentials that only a person can give, for a thread that cannot ask: it uses what it was handed, and says what it
 * lacked, so that the editor asks and the operation is begun again.
 */
import { LockstepError } from '../../../base/lockstepError.ts';
import { accessDeniedCode } from '../../../data/remotes/errors.ts';
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
  | { readonly kind: 'wanted'; readonly wanted: WantedAnswer }
  /** An answer was used, and the remote refused it. `message`: in the remote's words. */
  | { readonly kind: 'refused'; readonly message: string };

export function answerKey({ remote, what }: WantedAnswer): string {
  return `${remote}\n${what}`;
}

/**
 * Runs `body` with the answers; where it fails or falls short for the lack of one, or because one was refused, says
 * which.
 */
export async function withAnswers<Result extends { readonly missing: readonly Lacking[] }>(
  answers: Answers,
  body: (credentials: CredentialSource) => Promise<Result>,
): Promise<Asked<Result>> {
  const wanted: WantedAnswer[] = [];
  const used: string[] = [];
  const credentials: CredentialSource = {
    ask: (remote, what) => {
      const answer = answers[answerKey({ remote: remote.name, what })];
      if (answer === undefined) wanted.push({ remote: remote.name, what });
      else used.push(what);
      return Promise.resolve(answer);
    },
  };
  try {
    const result = await body(credentials);
    const [first] = wanted;
    if (first !== undefined && result.missing.length > 0) return { kind: 'wanted', wanted: first };
    const denied =
      used.length === 0 ? undefined : result.missing.find(({ code }) => code === accessDeniedCode);
    return denied === undefined
      ? { kind: 'done', result }
      : { kind: 'refused', message: denied.detail ?? denied.why ?? '' };
  } catch (error) {
    const [first] = wanted;
    if (first !== undefined) return { kind: 'wanted', wanted: first };
    if (used.length > 0 && error instanceof LockstepError && error.code === accessDeniedCode)
      return { kind: 'refused', message: error.message };
    throw error;
  }
}

/** What results say of content that could not be had. */
interface Lacking {
  readonly code?: string;
  readonly detail?: string;
  readonly why?: string;
}
