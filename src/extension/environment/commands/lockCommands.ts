/** Locking an environment, comparing it with its lock, and making what is there the lock. */
import * as vscode from 'vscode';
import { LockstepError } from '../../../base/lockstepError.ts';
import type { DriftReport } from '../../../environments/environmentLock.ts';
import type { CommandTable } from '../../commands/commandHandler.ts';
import { oneLine } from '../../formatText.ts';
import { commandIds } from '../../ids.ts';
import { requireTrust } from '../../trust.ts';
import { readEngineChoice } from '../engineChoice.ts';
import type { LockedView } from '../host/environmentRequests.ts';
import { driftCountText } from '../rows/driftRows.ts';
import { runEnvironmentTask } from '../runEnvironmentTask.ts';
import { rootOf } from './environmentTargets.ts';
import type { EnvironmentDependencies } from './lifeCommands.ts';

export function lockCommands(parts: EnvironmentDependencies, toolVersion: string) {
  const { client, model, runs } = parts;
  const lock = async (args: readonly unknown[], title: string): Promise<void> => {
    if (!(await requireTrust())) return;
    const root = await rootOf(runs, args, title);
    if (root === undefined) return;
    const interpreter = await model.interpreterOf(root);
    const locked = await runEnvironmentTask(parts, vscode.l10n.t('Locking the environment'), async signal => {
      const ask = (replace: boolean): Promise<LockedView> =>
        client.request('lock', { root, interpreter, toolVersion, replace, ...readEngineChoice() }, signal);
      try {
        return await ask(false);
      } catch (error) {
        if (!isUnusableLock(error)) throw error;
        return (await mayReplace(error)) ? await ask(true) : undefined;
      }
    });
    if (locked === undefined) return;
    model.forgetComparison(root);
    // Not waited for: a message may stand for hours, and the command is over.
    void tellLocked(locked, root);
  };
  return {
    [commandIds.lockEnvironment]: (...args) => lock(args, vscode.l10n.t('Lock Environment')),
    [commandIds.acceptIntoLock]: (...args) => lock(args, vscode.l10n.t('Accept into Lock')),
    [commandIds.verifyEnvironment]: async (...args) => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Check Environment Against Lock');
      const root = await rootOf(runs, args, title);
      if (root === undefined) return;
      const interpreter = await model.interpreterOf(root);
      const report = await runEnvironmentTask(
        parts,
        vscode.l10n.t('Comparing the environment with its lock'),
        signal => client.request('verify', { root, interpreter, ...readEngineChoice() }, signal),
      );
      if (report === undefined) return;
      model.compared(root, report);
      void tellVerified(parts, report, root);
    },
  } satisfies Partial<CommandTable>;
}

/** There is a lock, and it is not one that this version can read: somebody's work, or a newer version's. */
function isUnusableLock(error: unknown): error is LockstepError {
  return (
    error instanceof LockstepError &&
    ['lock-unreadable', 'lock-in-conflict', 'lock-too-new'].includes(error.code)
  );
}

async function mayReplace({ message }: LockstepError): Promise<boolean> {
  const replace = vscode.l10n.t('Replace Lock');
  const answer = await vscode.window.showWarningMessage(
    oneLine(message, 400),
    { modal: true, detail: vscode.l10n.t('What it says is lost where it is not in git.') },
    replace,
  );
  return answer === replace;
}

async function tellLocked({ path, changed, notes }: LockedView, root: string): Promise<void> {
  const text = changed
    ? vscode.l10n.t('{0} is written. Commit it to git.', path)
    : vscode.l10n.t('{0} said so already.', path);
  const open = vscode.l10n.t('Open');
  const answer = await vscode.window.showInformationMessage(oneLine([text, ...notes].join(' '), 500), open);
  if (answer === open) await vscode.window.showTextDocument(vscode.Uri.joinPath(vscode.Uri.file(root), path));
}

/** What drifted stands in the tree; here it is only said that it does. */
async function tellVerified(
  { output }: EnvironmentDependencies,
  report: DriftReport,
  root: string,
): Promise<void> {
  for (const { name, locked, now, cause } of report.items)
    output.line(oneLine(`${name}: ${locked ?? '-'} → ${now ?? '-'} (${cause})`, 400));
  for (const problem of report.problems) output.line(oneLine(problem, 400));
  const show = vscode.l10n.t('Show Log');
  switch (report.verdict) {
    case 'clean':
      void vscode.window.showInformationMessage(vscode.l10n.t('The environment is as its lock says.'));
      return;
    case 'drifted': {
      const text = vscode.l10n.t(
        'The environment is not as its lock says: {0}.',
        driftCountText(report, vscode.l10n),
      );
      if ((await vscode.window.showWarningMessage(text, show)) === show) output.show();
      return;
    }
    case 'unlocked': {
      const lock = vscode.l10n.t('Lock Environment');
      const text = vscode.l10n.t('There is no lock to compare with.');
      if ((await vscode.window.showInformationMessage(text, lock)) !== lock) return;
      await vscode.commands.executeCommand(commandIds.lockEnvironment, { row: { root } });
      return;
    }
    case 'unknown': {
      const [problem = ''] = report.problems;
      const text = vscode.l10n.t('Not all could be compared. {0}', oneLine(problem, 300));
      if ((await vscode.window.showWarningMessage(text, show)) === show) output.show();
    }
  }
}
