/** The output channel of environments, made when something is first written or asked for. */
import * as vscode from 'vscode';
import type { EnvironmentProgress } from '../../environments/devcontainer/environmentProgress.ts';
import { progressLine } from './progressWords.ts';

export class EnvironmentLog {
  #channel: vscode.OutputChannel | undefined;
  #written = false;

  /** Whether anything was written in this window. */
  get isEmpty(): boolean {
    return !this.#written;
  }

  begin(title: string): void {
    this.line(`[${new Date().toLocaleTimeString(vscode.env.language)}] ${title}`);
  }

  progress(progress: EnvironmentProgress): void {
    const text = progressLine(progress, vscode.l10n);
    if (text !== undefined) this.line(text);
  }

  line(text: string): void {
    this.#written = true;
    this.#open().appendLine(text);
  }

  show(): void {
    this.#open().show(true);
  }

  dispose(): void {
    this.#channel?.dispose();
  }

  #open(): vscode.OutputChannel {
    return (this.#channel ??= vscode.window.createOutputChannel(vscode.l10n.t('Lockstep Environment')));
  }
}
