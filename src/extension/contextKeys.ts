/** The one place that sets context keys, and sets each only when it changes. */
import * as vscode from 'vscode';
import { contextKeys } from './ids.ts';

/** Decides which welcome text an empty view shows; `ready` where there are runs. */
export type ViewState = 'noFolder' | 'virtual' | 'untrusted' | 'noGit' | 'noRuns' | 'problem' | 'ready';

export interface ContextValues {
  readonly state: ViewState;
  readonly filtered: boolean;
  readonly archivedShown: boolean;
  /** The active editor shows a log, and not from its start. */
  readonly earlierLog: boolean;
  readonly dataState: 'noFolder' | 'untrusted' | 'noData' | 'ready';
  readonly environmentState: 'noFolder' | 'untrusted' | 'looking' | 'none' | 'ready';
  readonly canCreateEnvironment: boolean;
  readonly devContainers: boolean;
}

export class ContextKeys {
  readonly #known = new Map<string, unknown>();

  async set(values: Partial<ContextValues>): Promise<void> {
    for (const [name, value] of Object.entries(values)) {
      const key = contextKeys[name as keyof ContextValues];
      if (this.#known.get(key) === value) continue;
      this.#known.set(key, value);
      await vscode.commands.executeCommand('setContext', key, value);
    }
  }
}
