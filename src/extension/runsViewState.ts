/** How the person wants the Experiments view: remembered for the workspace. */
import * as vscode from 'vscode';
import { groupings, type RunsView } from './worker/runsView.ts';

const key = 'lockstep.runsView';
const initial: RunsView = { grouping: 'date', filter: '', archived: false };

export class RunsViewState {
  readonly #memento: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<RunsView>();
  readonly onDidChange = this.#changed.event;
  #view: RunsView;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
    this.#view = readView(memento.get<Partial<Record<keyof RunsView, unknown>>>(key, {}));
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

/** Another version may have saved it; a schema library would be loaded with every window for these three values. */
function readView({ grouping, filter, archived }: Partial<Record<keyof RunsView, unknown>>): RunsView {
  return {
    grouping: groupings.find(known => known === grouping) ?? initial.grouping,
    filter: typeof filter === 'string' ? filter : initial.filter,
    archived: archived === true,
  };
}
