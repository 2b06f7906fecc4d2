/** Secrets that a person types for a data remote: asked once, kept in VS Code's secret storage, forgotten when refused. */
import * as vscode from 'vscode';
import type { Asked } from './host/answersOf.ts';
import { answerKey, type Answers, type WantedAnswer } from './host/answersOf.ts';

const prefix = 'lockstep.data.';

export class Credentials {
  readonly #secrets: vscode.SecretStorage;
  /** Keys that were asked for in this window. */
  readonly #known = new Set<string>();

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  /**
   * Begins `operation` with what is known, and again with each answer. Undefined when the person leaves a question.
   */
  async supply<Result>(
    root: string,
    operation: (answers: Answers) => Promise<Asked<Result>>,
  ): Promise<Result | undefined> {
    const answers: Record<string, string> = {};
    for (;;) {
      const outcome = await operation(answers);
      if (outcome.kind === 'done') return outcome.result;
      const key = answerKey(outcome.wanted);
      const answer = await this.#answer(root, key, outcome.wanted);
      if (answer === undefined) return undefined;
      answers[key] = answer;
    }
  }

  /** For a refused password: the next operation asks again. */
  async forget(root: string): Promise<void> {
    for (const key of this.#known) await this.#secrets.delete(secretName(root, key));
    this.#known.clear();
  }

  async #answer(root: string, key: string, wanted: WantedAnswer): Promise<string | undefined> {
    const name = secretName(root, key);
    const kept = await this.#secrets.get(name);
    this.#known.add(key);
    if (kept !== undefined) return kept;
    const given = await vscode.window.showInputBox({
      title: vscode.l10n.t('Data remote {0}', wanted.remote),
      prompt: vscode.l10n.t(
        '{0} of the remote {1}; kept in the secret storage of VS Code',
        wanted.what,
        wanted.remote,
      ),
      password: true,
      ignoreFocusOut: true,
    });
    if (given === undefined || given === '') return undefined;
    await this.#secrets.store(name, given);
    return given;
  }
}

function secretName(root: string, key: string): string {
  return `${prefix}${root}\n${key}`;
}
