/** Looking at environments: refresh, log, what a row stands for, and how to mend what is in the way. */
import * as vscode from 'vscode';
import type { CommandTable } from '../../commands/commandHandler.ts';
import { commandIds, settingKeys, settingsSection } from '../../ids.ts';
import { readEngineChoice } from '../engineChoice.ts';
import type { EnvironmentRow } from '../rows/environmentRow.ts';
import { isNode, rootOf } from './environmentTargets.ts';
import type { EnvironmentDependencies } from './lifeCommands.ts';

export function environmentLookCommands(
  { client, model, runs, output }: EnvironmentDependencies,
  revealRun: (store: string, id: string) => void,
) {
  return {
    [commandIds.refreshEnvironment]: () => model.reload(),
    [commandIds.showEnvironmentLog]: async (...args) => {
      if (output.isEmpty) {
        const root = await rootOf(runs, args, vscode.l10n.t('Show Environment Log'));
        if (root === undefined) return;
        const text = await client.request('buildLog', { root, ...readEngineChoice() });
        output.line(text === '' ? vscode.l10n.t('Nothing was started yet.') : text);
      }
      output.show();
    },
    [commandIds.openEnvironmentRow]: async row => {
      const { run, file } = row as EnvironmentRow;
      if (run !== undefined) revealRun(run.store, run.id);
      if (file === undefined) return;
      const position = new vscode.Position(file.line - 1, file.column - 1);
      await vscode.window.showTextDocument(vscode.Uri.file(file.path), {
        selection: new vscode.Range(position, position),
      });
    },
    [commandIds.mendEnvironment]: async clicked => {
      const problem = isNode(clicked) && clicked.row.mend !== undefined ? clicked.row : undefined;
      const { engineProblem } = model.snapshot.view.machine;
      const mend = problem?.mend ?? engineProblem?.mend;
      if (mend === undefined) {
        void vscode.window.showInformationMessage(vscode.l10n.t('Nothing is in the way.'));
        return;
      }
      await offerMend(mend, problem?.tooltip[0] ?? problem?.label ?? engineProblem?.message);
    },
  } satisfies Partial<CommandTable>;
}

/** A command goes into a terminal for the person to read and run; nothing is run for them. */
async function offerMend(mend: string, message: string | undefined): Promise<void> {
  const command = shellCommand(mend);
  const page = /https:\/\/[^\s,;)]+/.exec(mend)?.[0];
  const insert = vscode.l10n.t('Insert in Terminal');
  const open = vscode.l10n.t('Open Page');
  const settings = vscode.l10n.t('Open Setting');
  const answer = await vscode.window.showInformationMessage(
    [message, mend].filter(part => part !== undefined).join(' '),
    ...(command === undefined ? [] : [insert]),
    ...(page === undefined ? [] : [open]),
    settings,
  );
  if (answer === insert && command !== undefined) {
    const terminal = vscode.window.activeTerminal ?? vscode.window.createTerminal();
    terminal.show();
    terminal.sendText(command, false);
  } else if (answer === open && page !== undefined) {
    await vscode.env.openExternal(vscode.Uri.parse(page));
  } else if (answer === settings) {
    const id = `${settingsSection}.${settingKeys.engine}`;
    await vscode.commands.executeCommand('workbench.action.openSettings', id);
  }
}

/** The first command in a sentence: `sudo systemctl start docker`, also behind a colon or in brackets. */
export function shellCommand(mend: string): string | undefined {
  const found = /(?:^|: |\()((?:sudo|systemctl|podman|docker|dockerd-rootless-setuptool\.sh)\s[^,;)]+)/.exec(
    mend,
  );
  return found?.[1]?.replace(/[.\s]+$/, '');
}
