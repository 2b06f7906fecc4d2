/**
 * Logs in where git asks for a name and a password over HTTP and none of the person's own helpers answers. VS Code's own
 * answers reach only the git that its built-in extension starts. Invariants: a login is asked for once and with its
 * address, given to that address alone, kept beyond this window only where the person says so, and never logged.
 */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { LockstepError } from '../base/lockstepError.ts';
import { openAskpass, type Askpass } from '../sharing/remote/askpass.ts';
import { oneLine } from './formatText.ts';
import { readGitQuestion, type GitQuestion } from './gitQuestion.ts';

interface Login {
  /** One line. */
  readonly user: string;
  readonly password: string;
}

/** What one task of git was asked and told. */
interface Attempt {
  /** How the person calls the remote. */
  readonly remote: string;
  /** False gives only what is known. */
  readonly mayAsk: boolean;
  readonly used: Map<string, Login>;
  readonly typed: Set<string>;
  left: boolean;
}

const prefix = 'lockstep.git.';

export class GitLogins {
  readonly #secrets: vscode.SecretStorage;
  readonly #attempts = new Map<string, Attempt>();
  /** For as long as the window is open. */
  readonly #known = new Map<string, Login>();
  readonly #refusals = new Map<string, string>();
  #askpass: Promise<Askpass> | undefined;
  #questions: Promise<unknown> = Promise.resolve();

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  /**
   * Begins `task` with the variables that let git ask here, and again where a login was refused. Rejects with a
   * CancellationError when the person leaves a question.
   * @param remote As it is called in questions.
   */
  async attempt<Result>(
    remote: string,
    task: (login: NodeJS.ProcessEnv) => Promise<Result>,
    { mayAsk = true }: { readonly mayAsk?: boolean } = {},
  ): Promise<Result> {
    if (!answersQuestions()) return task({});
    this.#askpass ??= openAskpass((...asked) => this.#answer(...asked));
    const askpass = await this.#askpass;
    for (;;) {
      const token = randomBytes(16).toString('hex');
      const attempt: Attempt = { remote, mayAsk, used: new Map(), typed: new Set(), left: false };
      this.#attempts.set(token, attempt);
      try {
        const result = await task(askpass.variables(token));
        this.#remember(attempt);
        return result;
      } catch (error) {
        if (attempt.left) throw new vscode.CancellationError();
        if (!mayAsk || attempt.used.size === 0 || !isRefusal(error)) throw error;
        await this.#forget(attempt, error.message);
      } finally {
        this.#attempts.delete(token);
      }
    }
  }

  dispose(): void {
    void this.#askpass?.then(askpass => askpass[Symbol.asyncDispose]());
  }

  async #answer(token: string, text: string, signal: AbortSignal): Promise<string | undefined> {
    const attempt = this.#attempts.get(token);
    const question = readGitQuestion(text);
    if (attempt === undefined || question === undefined) return undefined;
    // One at a time: what is answered for one holds for the next.
    const turn = this.#questions.then(() => this.#loginFor(question, attempt, signal));
    this.#questions = turn.catch(() => undefined);
    const login = await turn;
    return question.kind === 'user' ? login?.user : login?.password;
  }

  async #loginFor(question: GitQuestion, attempt: Attempt, signal: AbortSignal): Promise<Login | undefined> {
    const { url, user } = question;
    const fits = (login: Login | undefined): boolean =>
      login !== undefined && (user === undefined || login.user === user);
    let login = attempt.used.get(url) ?? this.#known.get(url) ?? (await this.#kept(url));
    if (!fits(login)) {
      login = attempt.mayAsk && !attempt.left ? await this.#ask(question, attempt, signal) : undefined;
      if (login === undefined) {
        attempt.left ||= attempt.mayAsk;
        return undefined;
      }
      attempt.typed.add(url);
    }
    if (login !== undefined) attempt.used.set(url, login);
    return login;
  }

  async #ask(
    { url, user }: GitQuestion,
    { remote }: Attempt,
    signal: AbortSignal,
  ): Promise<Login | undefined> {
    const { t } = vscode.l10n;
    const title = t('Log in to {0}', oneLine(remote, 80));
    const refusal = this.#refusals.get(url);
    const stop = new vscode.CancellationTokenSource();
    signal.addEventListener('abort', () => stop.cancel());
    if (signal.aborted) stop.cancel();
    try {
      const box = async (prompt: string, password: boolean): Promise<string | undefined> =>
        vscode.window.showInputBox(
          {
            ...{ title, password, ignoreFocusOut: true },
            prompt: refusal === undefined ? prompt : `${oneLine(refusal, 200)} ${prompt}`,
          },
          stop.token,
        );
      const place = oneLine(url, 120);
      const name = user ?? (await box(t('User name for {0}', place), false));
      if (name === undefined || name === '') return undefined;
      const password = await box(
        t('Password or access token of {0} for {1}', oneLine(name, 80), place),
        true,
      );
      return password === undefined || password === '' ? undefined : { user: name, password };
    } finally {
      stop.dispose();
    }
  }

  /** Each login that was typed and served is offered to be kept. */
  #remember({ used, typed }: Attempt): void {
    for (const [url, login] of used) {
      this.#known.set(url, login);
      this.#refusals.delete(url);
    }
    for (const url of typed) void this.#offerToKeep(url);
  }

  async #offerToKeep(url: string): Promise<void> {
    const login = this.#known.get(url);
    const keep = vscode.l10n.t('Keep');
    const text = vscode.l10n.t(
      'Keep the password of {0} for {1} in the secret storage of VS Code? Else it is known until this window is closed.',
      oneLine(login?.user ?? '', 80),
      oneLine(url, 120),
    );
    if ((await vscode.window.showInformationMessage(text, keep)) === keep && login !== undefined)
      await this.#secrets.store(prefix + url, `${login.user}\n${login.password}`);
  }

  async #forget({ used }: Attempt, refusal: string): Promise<void> {
    for (const url of used.keys()) {
      this.#known.delete(url);
      this.#refusals.set(url, refusal);
      await this.#secrets.delete(prefix + url);
    }
  }

  async #kept(url: string): Promise<Login | undefined> {
    const text = await this.#secrets.get(prefix + url);
    const lineEnd = text?.indexOf('\n') ?? -1;
    if (text === undefined || lineEnd < 0) return undefined;
    return { user: text.slice(0, lineEnd), password: text.slice(lineEnd + 1) };
  }
}

/** Not where the person has an askpass program of their own, or wants none. */
function answersQuestions(): boolean {
  const { GIT_ASKPASS: own = '', VSCODE_GIT_IPC_HANDLE: inherited } = process.env;
  if (own !== '' && inherited === undefined) return false;
  return vscode.workspace.getConfiguration('git').get<boolean>('useIntegratedAskPass', true);
}

function isRefusal(error: unknown): error is LockstepError {
  return error instanceof LockstepError && error.code === 'remote-not-allowed';
}
