/** The commands a person ran from the editor, the latest first: remembered for the workspace, per project. */
import type * as vscode from 'vscode';

const key = 'lockstep.commands';
const most = 30;

export class CommandMemory {
  readonly #memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  list(store: string): readonly string[] {
    return this.#all()[store] ?? [];
  }

  async remember(store: string, command: string): Promise<void> {
    const kept = this.list(store).filter(known => known !== command);
    await this.#memento.update(key, { ...this.#all(), [store]: [command, ...kept].slice(0, most) });
  }

  async forget(store: string, command: string): Promise<void> {
    const kept = this.list(store).filter(known => known !== command);
    await this.#memento.update(key, { ...this.#all(), [store]: kept });
  }

  #all(): Readonly<Record<string, readonly string[]>> {
    return this.#memento.get<Readonly<Record<string, readonly string[]>>>(key, {});
  }
}
