/** How the person wants the Experiments view: remembered for the workspace. */
import * as vscode from 'vscode';
import type { RunsView } from './worker/runsView.ts';

const key = 'lockstep.runsView';
const initial: RunsView = { grouping: 'date', filter: '', archived: false };

export class RunsViewState {
  readonly #memento: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<RunsView>();
  readonly onDidChange = this.#changed.event;
  #view: RunsView;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
    this.#view = { ...initial, ...memento.get<Partial<RunsView>>(key, {}) };
  }

  get view(): RunsView {
    return this.#view;
  }

  async change(change: Partial<RunsView>): Promise<void> {
    this.#view = { ...this.#view, ...change };
    this.#changed.fire(this.#view);
    await this.#memento.update(key, this.#view);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
