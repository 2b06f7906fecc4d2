/** Create Environment: template, then Python, then framework and CUDA, each with what exists of it; then the start. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { CommandTable } from '../../commands/commandHandler.ts';
import { oneLine } from '../../formatText.ts';
import { commandIds, viewIds } from '../../ids.ts';
import { requireTrust } from '../../trust.ts';
import type { CreatedView, EnvironmentProposal } from '../host/environmentRequests.ts';
import { rootOf } from './environmentTargets.ts';
import { startEnvironment, type EnvironmentDependencies } from './lifeCommands.ts';

export function createCommand(parts: EnvironmentDependencies) {
  const { client, model, runs } = parts;
  return {
    [commandIds.createEnvironment]: async (...args) => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Create Environment');
      const root = await rootOf(runs, args, title);
      if (root === undefined) return;
      const force = await mayReplace(parts, root);
      if (force === undefined) return;
      const proposal = await vscode.window.withProgress({ location: { viewId: viewIds.environment } }, () =>
        client.request('propose', { root }),
      );
      const chosen = await askTemplate(parts, proposal);
      if (chosen === undefined) return;
      const created = await client.request('create', { root, ...chosen, force });
      model.changed();
      await offerStart(parts, root, created, proposal);
    },
  } satisfies Partial<CommandTable>;
}

interface Chosen {
  readonly template: string;
  readonly options: Readonly<Record<string, string>>;
}

/** Whether what is there may be replaced; undefined when the person would rather keep it. */
async function mayReplace({ model }: EnvironmentDependencies, root: string): Promise<boolean | undefined> {
  const { project } = await model.lookAt(root);
  if (project.configs.length === 0) return false;
  const replace = vscode.l10n.t('Replace');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('This project has a devcontainer already. It can be started and locked as it is.'),
    { modal: true, detail: vscode.l10n.t('What is replaced is kept in the trash of Lockstep for 30 days.') },
    replace,
  );
  return answer === replace ? true : undefined;
}

/** Goes back one question at a time, as other wizards of the editor do. */
async function askTemplate(
  { client }: EnvironmentDependencies,
  proposal: EnvironmentProposal,
): Promise<Chosen | undefined> {
  for (;;) {
    const template = await pickTemplate(proposal);
    if (template === undefined) return undefined;
    const proposed = template === proposal.template ? proposal.options : {};
    const options = await askOptions(client, template, proposed);
    if (options === 'left') return undefined;
    if (options !== 'back') return { template, options: { ...proposed, ...options } };
  }
}

async function askOptions(
  client: EnvironmentDependencies['client'],
  template: string,
  proposed: Chosen['options'],
): Promise<Chosen['options'] | 'back' | 'left'> {
  const answers: (readonly [name: string, value: string])[] = [];
  for (;;) {
    const chosen = Object.fromEntries(answers);
    const question = await client.request('nextOption', { template, chosen, proposed });
    if (question === undefined) return chosen;
    const answer = await pickValue(question, answers.length + 2);
    if (answer === undefined) return 'left';
    if (answer !== 'back') answers.push([question.name, answer]);
    else if (answers.pop() === undefined) return 'back';
  }
}

async function pickTemplate({
  templates,
  template,
  reasons,
  notes,
  unread,
}: EnvironmentProposal): Promise<string | undefined> {
  const first = templates.filter(({ id }) => id === template);
  const others = templates.filter(({ id }) => id !== template);
  const item = (one: EnvironmentProposal['templates'][number], detail?: string) => ({
    ...{ id: one.id, label: one.name, description: one.description },
    ...(detail === undefined ? {} : { detail }),
  });
  const why = oneLine([...reasons, ...notes, ...unread.map(({ message }) => message)].join(' '), 400);
  const picked = await vscode.window.showQuickPick(
    [
      { id: '', label: vscode.l10n.t('for this project'), kind: vscode.QuickPickItemKind.Separator },
      ...first.map(one => item(one, why)),
      { id: '', label: vscode.l10n.t('others'), kind: vscode.QuickPickItemKind.Separator },
      ...others.map(one => item(one)),
    ],
    {
      title: vscode.l10n.t('Create Environment'),
      placeHolder: vscode.l10n.t('Choose a template'),
      matchOnDescription: true,
      ignoreFocusOut: true,
    },
  );
  return picked?.id;
}

/** Resolves with `back` where the person goes back, which is no value of an option. */
async function pickValue(
  question: { readonly description: string; readonly values: readonly string[]; readonly proposed: string },
  step: number,
): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick();
  pick.title = vscode.l10n.t('Create Environment');
  pick.step = step;
  pick.placeholder = question.description;
  pick.ignoreFocusOut = true;
  pick.items = question.values.map(value => ({
    label: value,
    ...(value === question.proposed ? { description: vscode.l10n.t('proposed') } : {}),
  }));
  pick.buttons = [vscode.QuickInputButtons.Back];
  const answer = new Promise<string | undefined>(resolve => {
    pick.onDidAccept(() => resolve(pick.activeItems[0]?.label));
    pick.onDidTriggerButton(() => resolve('back'));
    pick.onDidHide(() => resolve(undefined));
  });
  pick.show();
  try {
    return await answer;
  } finally {
    pick.dispose();
  }
}

async function offerStart(
  parts: EnvironmentDependencies,
  root: string,
  { files, kept }: CreatedView,
  { notes }: EnvironmentProposal,
): Promise<void> {
  const [copy] = Object.values(kept);
  const text = [
    files.length === 1
      ? vscode.l10n.t('Wrote {0}.', files[0] ?? '')
      : vscode.l10n.t('Wrote {0} files into .devcontainer.', files.length),
    ...(copy === undefined
      ? []
      : [vscode.l10n.t('What was there is kept for 30 days, in {0}.', dirname(copy))]),
    ...notes.slice(0, 2),
  ].join(' ');
  const start = vscode.l10n.t('Start');
  if ((await vscode.window.showInformationMessage(oneLine(text, 400), start)) === start)
    await startEnvironment(parts, root);
}
