/**
 * Asks what to run: a named experiment, the open script, a command of before, or what is typed. One list; what is
 * typed can be run as it stands, and a command of before can be put into the box to change it.
 */
import * as vscode from 'vscode';
import { oneLine } from '../formatText.ts';
import type { NamedExperiment } from '../worker/launchRequests.ts';

export type CommandChoice =
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'file'; readonly uri: vscode.Uri }
  | { readonly kind: 'experiment'; readonly experiment: NamedExperiment };

export interface CommandOffer {
  readonly title: string;
  /** Shown below the box: which Python is meant by `python`. */
  readonly interpreter: string;
  readonly experiments: readonly NamedExperiment[];
  readonly file: vscode.Uri | undefined;
  readonly commands: readonly string[];
  forget(command: string): Promise<void>;
}

interface CommandPick extends vscode.QuickPickItem {
  readonly choice?: CommandChoice;
}

export async function askCommand(offer: CommandOffer): Promise<CommandChoice | undefined> {
  const input = vscode.window.createQuickPick<CommandPick>();
  const edit: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('edit'),
    tooltip: vscode.l10n.t('Edit'),
  };
  const forget: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('close'),
    tooltip: vscode.l10n.t('Forget'),
  };
  const commands = new Set(offer.commands);

  const items = (): CommandPick[] => {
    const typed = input.value.trim();
    const picks: CommandPick[] = [];
    if (typed !== '')
      picks.push({
        label: oneLine(typed),
        description: /^python3?\b/.test(typed) ? offer.interpreter : vscode.l10n.t('run this command'),
        iconPath: new vscode.ThemeIcon('play'),
        alwaysShow: true,
        choice: { kind: 'command', text: typed },
      });
    if (offer.file !== undefined)
      picks.push({
        label: vscode.workspace.asRelativePath(offer.file),
        description: vscode.l10n.t('the open file'),
        iconPath: new vscode.ThemeIcon('file-code'),
        choice: { kind: 'file', uri: offer.file },
      });
    if (offer.experiments.length > 0) picks.push(separator(vscode.l10n.t('experiments in lockstep.yaml')));
    for (const experiment of offer.experiments)
      picks.push({
        label: experiment.name,
        description: oneLine(experiment.problem ?? experiment.argv.join(' ')),
        iconPath: new vscode.ThemeIcon(experiment.problem === undefined ? 'beaker' : 'warning'),
        ...(experiment.description === undefined ? {} : { detail: oneLine(experiment.description) }),
        choice: { kind: 'experiment', experiment },
      });
    if (commands.size > 0) picks.push(separator(vscode.l10n.t('commands of before')));
    for (const text of commands)
      picks.push({
        label: oneLine(text),
        iconPath: new vscode.ThemeIcon('history'),
        buttons: [edit, forget],
        choice: { kind: 'command', text },
      });
    return picks;
  };

  try {
    input.title = offer.title;
    input.placeholder = vscode.l10n.t(
      'Type a command, such as python train.py --lr 0.1 ({0})',
      offer.interpreter,
    );
    input.matchOnDescription = true;
    // A chart that takes the focus back, or a look at another window, must not throw away what was typed.
    input.ignoreFocusOut = true;
    input.items = items();
    input.onDidChangeValue(() => {
      input.items = items();
    });
    input.onDidTriggerItemButton(({ item, button }) => {
      if (item.choice?.kind !== 'command') return;
      if (button === edit) {
        input.value = item.choice.text;
      } else {
        commands.delete(item.choice.text);
        void offer.forget(item.choice.text);
      }
      input.items = items();
    });
    return await new Promise(resolve => {
      input.onDidAccept(() => {
        const [active] = input.activeItems;
        const typed = input.value.trim();
        // Who types and confirms at once is faster than the list: then what is active belongs to the list of before.
        if (active !== undefined && input.items.includes(active)) resolve(active.choice);
        else resolve(typed === '' ? undefined : { kind: 'command', text: typed });
      });
      input.onDidHide(() => resolve(undefined));
      input.show();
    });
  } finally {
    input.dispose();
  }
}

function separator(label: string): CommandPick {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
