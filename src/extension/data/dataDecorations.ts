/** Badges on pinned files in the Explorer, in editors and in the tree: what is not as the pin says. */
import * as vscode from 'vscode';
import { changesText, stateWord } from './dataWords.ts';
import type { DataModel } from './dataModel.ts';

export class DataDecorations implements vscode.FileDecorationProvider {
  readonly #model: DataModel;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeFileDecorations = this.#changed.event;

  constructor(model: DataModel) {
    this.#model = model;
  }

  /** Registers it, and redraws with the model. */
  register(): vscode.Disposable {
    return vscode.Disposable.from(
      this.#changed,
      this.#model.onDidChange(() => this.#changed.fire(undefined)),
      vscode.window.registerFileDecorationProvider(this),
    );
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const found = this.#model.statusOf(uri);
    if (found === undefined) return undefined;
    const { path, status } = found;
    if (path !== status.path) {
      const inside = path.slice(status.path.length + 1);
      const change = status.changes?.files.find(file => file.path === inside)?.change;
      if (change === undefined) return undefined;
      return change === 'added'
        ? decoration('U', vscode.l10n.t('Not pinned yet'), 'gitDecoration.untrackedResourceForeground')
        : change === 'modified'
          ? modified(stateWord('modified'))
          : missing(stateWord('missing'));
    }
    if (status.notSelected === true) return undefined;
    switch (status.state) {
      case 'modified':
        return upwards(
          modified([stateWord('modified'), changesText(status)].filter(part => part !== '').join(': ')),
        );
      case 'missing':
      case 'partly':
        return upwards(missing(stateWord(status.state)));
      case 'in-sync':
      case 'unpinned':
        return undefined;
    }
  }
}

function modified(words: string): vscode.FileDecoration {
  return decoration('M', vscode.l10n.t('Data: {0}', words), 'gitDecoration.modifiedResourceForeground');
}

function missing(words: string): vscode.FileDecoration {
  return decoration('↓', vscode.l10n.t('Data: {0}', words), 'disabledForeground');
}

function decoration(badge: string, tooltip: string, colour: string): vscode.FileDecoration {
  return new vscode.FileDecoration(badge, tooltip, new vscode.ThemeColor(colour));
}

/** The folders above a pinned path say that there is something in them. */
function upwards(decoration: vscode.FileDecoration): vscode.FileDecoration {
  decoration.propagate = true;
  return decoration;
}
