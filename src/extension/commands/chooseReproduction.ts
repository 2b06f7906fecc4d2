import * as vscode from 'vscode';
import { formatTime, shortId } from '../formatText.ts';
import { verdictIcon, verdictWord } from '../tree/verdictWords.ts';
import type { RunRow } from '../worker/runsView.ts';

/** Asks which reproduction of a run is meant, where there are several; undefined where there is none. */
export async function chooseReproduction({ run }: RunRow, title: string): Promise<string | undefined> {
  const verdicts = [...run.verdicts].reverse();
  const [latest] = verdicts;
  if (latest === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('This run was not reproduced yet.'));
    return undefined;
  }
  if (verdicts.length === 1) return latest.reproductionId;
  const picked = await vscode.window.showQuickPick(
    verdicts.map(({ reproductionId, verdict, at }) => ({
      reproductionId,
      label: verdictWord(verdict),
      iconPath: new vscode.ThemeIcon(verdictIcon(verdict).icon),
      description: `${shortId(reproductionId)} · ${formatTime(at)}`,
    })),
    { title },
  );
  return picked?.reproductionId;
}
