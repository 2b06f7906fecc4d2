/** Secrets that a person types for a data remote: asked once, kept in VS Code's secret storage, forgotten when refused. */
import * as vscode from 'vscode';
import { oneLine } from '../formatText.ts';
import type { Asked } from './host/answersOf.ts';
import { answerKey, type Answers, type WantedAnswer } from './host/answersOf.ts';

const prefix = 'lockstep.data.';

export class Credentials {
  readonly #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  /**
   * Begins `operation` with what is known, and again with each answer. What a remote refuses is forgotten and asked for
   * anew. Undefined when the person leaves a question.
   */
  async supply<Result>(
    root: string,
    operation: (answers: Answers) => Promise<Asked<Result>>,
  ): Promise<Result | undefined> {
    let answers: Record<string, string> = {};
    let refusal: string | undefined;
    for (;;) {
      const outcome = await operation(answers);
      if (outcome.kind === 'refused') {
        refusal = outcome.message;
        for (const key of Object.keys(answers)) await this.#secrets.delete(secretName(root, key));
        answers = {};
        continue;
      }
      if (outcome.kind === 'done') return outcome.result;
      const key = answerKey(outcome.wanted);
      const answer = await this.#answer(root, key, outcome.wanted, refusal);
      if (answer === undefined) return undefined;
      answers[key] = answer;
    }
  }

  async #answer(
    root: string,
    key: string,
    wanted: WantedAnswer,
    refusal: string | undefined,
  ): Promise<string | undefined> {
    const name = secretName(root, key);
    const kept = await this.#secrets.get(name);
    if (kept !== undefined) return kept;
    const given = await vscode.window.showInputBox({
      title: vscode.l10n.t('Data remote {0}', wanted.remote),
      prompt: vscode.l10n.t(
        'The {0} of the remote {1}, to be kept in the secret storage of VS Code',
        wanted.what,
        wanted.remote,
      ),
      ...(refusal === undefined ? {} : { placeHolder: oneLine(refusal, 200) }),
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
