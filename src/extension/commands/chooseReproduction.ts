/** Which reproduction is meant where somebody points at a run. */
import * as vscode from 'vscode';
import { formatTime, shortId } from '../formatText.ts';
import { verdictIcon, verdictWord } from '../tree/verdictWords.ts';
import type { ReproductionReference } from '../worker/panelRequests.ts';
import type { RunRow } from '../worker/runsView.ts';

/** Of a clicked reproduction its own, else the one that {@link chooseReproduction} finds. */
export async function reproductionOf(row: RunRow, title: string): Promise<ReproductionReference | undefined> {
  const { store, run } = row;
  if (run.reproduces !== undefined && run.verdicts.length === 0)
    return { store, original: run.reproduces, reproduction: run.id };
  const reproduction = await chooseReproduction(row, title);
  return reproduction === undefined ? undefined : { store, original: run.id, reproduction };
}

/** Asks which reproduction of a run is meant, where there are several; undefined where there is none. */
async function chooseReproduction({ run }: RunRow, title: string): Promise<string | undefined> {
  const verdicts = [...run.verdicts].reverse();
  const [latest] = verdicts;
  if (latest === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('This run was not reproduced yet.'));
    return undefined;
  }
  if (verdicts.length === 1) return latest.reproductionId;
  const picked = await vscode.window.showQuickPick(
    verdicts.map(({ reproductionId, verdict, at, throughStep }) => ({
      reproductionId,
      label: verdictWord(verdict),
      iconPath: new vscode.ThemeIcon(verdictIcon(verdict).icon),
      description: [
        shortId(reproductionId),
        formatTime(at),
        throughStep === undefined ? '' : vscode.l10n.t('through step {0}', throughStep),
      ]
        .filter(part => part !== '')
        .join(' · '),
    })),
    { title, placeHolder: vscode.l10n.t('Choose a reproduction'), matchOnDescription: true },
  );
  return picked?.reproductionId;
}
