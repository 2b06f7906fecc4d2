/** Acting on recorded runs: again, again with changes, cancel. */
import * as vscode from 'vscode';
import type { ParameterValue } from '../../runs/plan.ts';
import { confirmShared } from '../confirmShared.ts';
import { oneLine } from '../formatText.ts';
import { commandIds } from '../ids.ts';
import type { RunStarter } from '../startRun.ts';
import type { RunsModel } from '../runsModel.ts';
import { runWithProgress } from '../runWithProgress.ts';
import type { StoreClient } from '../storeClient.ts';
import { requireTrust } from '../trust.ts';
import type { ChangeableParameter } from '../worker/compareRequests.ts';
import { formatParameter } from '../worker/runRows.ts';
import type { RunRow } from '../worker/runsView.ts';
import type { CommandTable } from './commandHandler.ts';
import type { RunPicker } from './pickRuns.ts';

export interface AgainDependencies {
  readonly client: StoreClient;
  readonly model: RunsModel;
  readonly pick: RunPicker;
  readonly starter: RunStarter;
}

export function againCommands({ client, model, pick, starter }: AgainDependencies) {
  const agreed = ({ store, run }: RunRow): Promise<boolean> =>
    confirmShared(client, { store, id: run.id }, 'workspace');
  return {
    [commandIds.rerun]: async (...args) => {
      if (!(await requireTrust())) return;
      const row = await pick.one(args, { title: vscode.l10n.t('Run Again'), kind: 'repeatable' });
      if (row !== undefined && (await agreed(row))) await starter.again(row, {});
    },
    [commandIds.rerunWithChanges]: async (...args) => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Run Again with Changes');
      const row = await pick.one(args, { title, kind: 'repeatable' });
      if (row === undefined) return;
      const { store, run } = row;
      const parameters = await client.request('changeableParameters', { store, id: run.id });
      const changes = await askChanges(row, parameters);
      if (changes !== undefined && (await agreed(row))) await starter.again(row, changes);
    },
    [commandIds.cancelRun]: async (...args) => {
      const title = vscode.l10n.t('Cancel Run');
      const rows = await pick.many(args, { title, kind: 'live' });
      if (rows === undefined) return;
      const name = rows.length === 1 ? (rows[0]?.label ?? '') : vscode.l10n.t('{0} runs', rows.length);
      await runWithProgress(vscode.l10n.t('Cancelling {0}', name), async signal => {
        await Promise.all(
          rows.map(({ store, run }) => client.request('cancel', { store, id: run.id }, signal)),
        );
      });
      for (const { store, run } of rows) model.storeChanged({ store, runIds: new Set([run.id]) });
    },
  } satisfies Partial<CommandTable>;
}

interface ParameterPick extends vscode.QuickPickItem {
  readonly parameter?: ChangeableParameter;
}

/** A list of the parameters; choosing one asks for its value and comes back, until Run is chosen. */
async function askChanges(
  row: RunRow,
  parameters: readonly ChangeableParameter[],
): Promise<Readonly<Record<string, ParameterValue>> | undefined> {
  const changes = new Map<string, string>();
  const inCommand = parameters.filter(({ place }) => place === 'command');
  const elsewhere = parameters.filter(({ place }) => place === 'file');
  for (;;) {
    const run: ParameterPick = {
      label: vscode.l10n.t('Run'),
      description: [...changes].map(([name, value]) => `${name} ${oneLine(value, 30)}`).join(' · '),
      iconPath: new vscode.ThemeIcon('play'),
    };
    const items: ParameterPick[] = [
      run,
      { label: vscode.l10n.t('parameters'), kind: vscode.QuickPickItemKind.Separator },
      ...inCommand.map((parameter): ParameterPick => {
        const { name, value } = parameter;
        const was = oneLine(formatParameter(value), 60);
        const now = changes.get(name);
        return {
          label: name,
          description: now === undefined ? was : `${was} → ${oneLine(now, 60)}`,
          iconPath: new vscode.ThemeIcon(now === undefined ? 'symbol-parameter' : 'edit'),
          parameter,
        };
      }),
      ...elsewhere.map((parameter): ParameterPick => ({
        label: parameter.name,
        description: vscode.l10n.t(
          '{0}, in {1}: change it there',
          oneLine(formatParameter(parameter.value), 60),
          parameter.path ?? vscode.l10n.t('a file'),
        ),
        iconPath: new vscode.ThemeIcon('lock'),
      })),
    ];
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Run Again with Changes: {0}', row.label),
      placeHolder:
        inCommand.length === 0
          ? vscode.l10n.t('The command of this run has no parameters')
          : vscode.l10n.t('Choose a parameter to change, then Run'),
      matchOnDescription: true,
      ignoreFocusOut: true,
    });
    if (picked === undefined) return undefined;
    if (picked === run) return Object.fromEntries(changes);
    const { parameter } = picked;
    if (parameter === undefined) continue;
    const value = await vscode.window.showInputBox({
      title: parameter.name,
      ignoreFocusOut: true,
      value: changes.get(parameter.name) ?? formatParameter(parameter.value),
      prompt: vscode.l10n.t('New value of {0}', parameter.name),
    });
    if (value === undefined) continue;
    if (value === formatParameter(parameter.value)) changes.delete(parameter.name);
    else changes.set(parameter.name, value);
  }
}
