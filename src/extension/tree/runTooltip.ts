/** The whole story of a run in a hover. All of a run is untrusted text: it is appended as text, never as Markdown. */
import * as vscode from 'vscode';
import type { RunHealth } from '../../runs/runHealth.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { hasOwnMlflowServer } from '../../runs/ownMlflowServer.ts';
import { seedLines } from '../../runs/seenSeeds.ts';
import { formatCommand } from '../../base/runCommand.ts';
import { formatDuration, formatNumber, formatTime, oneLine } from '../formatText.ts';
import { formatParameter } from '../worker/runRows.ts';
import type { RunRow } from '../worker/runsView.ts';
import { chosenMetrics } from './chosenMetrics.ts';
import { endLabel } from './groupLabel.ts';
import { sourceWord } from './runItem.ts';
import { codeText, environmentText } from './ingredientText.ts';
import { reproductionWords } from './reproductionWords.ts';
import { ownServerText } from './reportedText.ts';
import { attestationText, verdictCounts } from './verdictWords.ts';

const shownAttestations = 8;

export function runTooltip(row: RunRow, details: RunDetails, health?: RunHealth): vscode.MarkdownString {
  const { run } = row;
  const text = new vscode.MarkdownString(undefined, false);
  const line = (name: string, value: string): void => {
    if (value === '') return;
    text.appendMarkdown(`\n- ${name}: `).appendText(oneLine(value));
  };
  text.appendMarkdown('**').appendText(row.label).appendMarkdown('**  \n').appendText(endLabel(run));
  if (run.durationMs !== undefined) text.appendText(` · ${formatDuration(run.durationMs)}`);
  text.appendText(` · ${formatTime(run.createdAt)}`);
  if (run.argv.length > 0) {
    const [program = '', ...args] = run.argv;
    text.appendCodeblock(oneLine(formatCommand(program, args), 400), 'shellscript');
  }
  if (run.note !== undefined)
    text
      .appendMarkdown('\n')
      .appendText(`${run.note.slice(0, 500)}${fromText(details.annotations.broughtBy?.note)}`)
      .appendMarkdown('\n');
  line(vscode.l10n.t('Reproduces'), run.reproduces ?? '');
  line(
    vscode.l10n.t('Verdict'),
    row.ownVerdict === undefined ? '' : reproductionWords(run, row.ownVerdict, vscode.l10n),
  );
  line(vscode.l10n.t('Failure'), run.failure ?? '');
  const metrics = chosenMetrics(run.metrics, 6).map(
    key => `${key} ${formatNumber(run.metrics[key]?.last ?? NaN)}`,
  );
  // Text of a hover does not wrap.
  if (metrics.join(' · ').length <= 80) line(vscode.l10n.t('Metrics'), metrics.join(' · '));
  else {
    text.appendMarkdown(`\n- ${vscode.l10n.t('Metrics')}:`);
    for (const metric of metrics) text.appendMarkdown('\n  - ').appendText(oneLine(metric, 100));
  }
  const parameters = Object.entries(run.parameters).map(([key, value]) => `${key} ${formatParameter(value)}`);
  line(vscode.l10n.t('Parameters'), parameters.join(' · '));
  line(vscode.l10n.t('Seeds'), oneLine(seedLines(details.captured).join(' · '), 400));
  line(vscode.l10n.t('Code'), codeText(details));
  line(vscode.l10n.t('Environment'), environmentText(details));
  line(vscode.l10n.t('Host'), run.host ?? '');
  if (hasOwnMlflowServer(details)) line('MLflow', ownServerText());
  const { origin } = details.plan ?? {};
  if (origin !== undefined)
    line(vscode.l10n.t('Imported from'), `${sourceWord(origin.kind)} · ${origin.path}`);
  if ((run.childRuns ?? 0) > 0) line(vscode.l10n.t('Child Runs'), String(run.childRuns));
  const verdict = details.verdicts.at(-1);
  if (verdict !== undefined) line(vscode.l10n.t('Reproduction'), verdict.sentence);
  if (details.verdicts.length > 1) {
    line(vscode.l10n.t('Reproductions'), verdictCounts(details.verdicts));
    for (const one of details.verdicts.toReversed().slice(0, shownAttestations))
      text.appendMarkdown('\n  - ').appendText(attestationText(one));
  }
  for (const { message, mend } of health?.problems.slice(0, 5) ?? [])
    line(vscode.l10n.t('At risk'), [message, mend].filter(part => part !== undefined).join(' '));
  const { shared } = details;
  if (shared !== undefined)
    line(
      vscode.l10n.t('Shared by'),
      `${shared.sharedBy ?? '?'} · ${shared.remote} · ${formatTime(shared.fetchedAt)}`,
    );
  const brought = details.annotations.broughtBy?.tags;
  line(vscode.l10n.t('Tags'), run.tags.map(tag => `${tag}${fromText(brought?.get(tag))}`).join(' '));
  for (const warning of details.result?.warnings.slice(0, 3) ?? []) line(vscode.l10n.t('Warning'), warning);
  line(vscode.l10n.t('Id'), run.id);
  return text;
}

/** Who brought a note or a tag that was not said here. */
function fromText(by: string | undefined): string {
  if (by === undefined) return '';
  return ` (${by === '' ? vscode.l10n.t('from somebody without a name') : vscode.l10n.t('from {0}', oneLine(by, 40))})`;
}
