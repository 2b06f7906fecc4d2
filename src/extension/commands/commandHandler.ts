/** What a command is, and how all of them are registered: errors become messages, cancelling says nothing. */
import * as vscode from 'vscode';
import type { CommandId } from '../ids.ts';
import { showError } from '../showError.ts';

/** The arguments are what VS Code passes: a tree node and the selected nodes, a URI, or nothing. */
export type CommandHandler = (...args: readonly unknown[]) => Promise<void> | void;

/** A table with every command of the manifest; the type says when one is missing. */
export type CommandTable = Readonly<Record<CommandId, CommandHandler>>;

export function registerCommands(table: CommandTable, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(table).map(([id, handler]) =>
      vscode.commands.registerCommand(id, async (...args: readonly unknown[]) => {
        try {
          log.debug(`command ${id}`);
          await handler(...args);
        } catch (error) {
          // Not waited for: a message may stand for hours, and the command is over.
          void showError(error, log);
        }
      }),
    ),
  );
}
