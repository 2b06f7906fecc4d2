/** Shows what would be charted of printed lines, each with a line that it was found in, and asks whether to. */
import * as vscode from 'vscode';
import type { PreviewedMetric } from '../tracking/previewMetricLines.ts';
import { formatNumber, oneLine } from './formatText.ts';

interface Choice extends vscode.QuickPickItem {
  readonly answer?: boolean;
}

/** True: chart them. False: never for this command. Undefined: not now. */
export async function previewMetrics(metrics: readonly PreviewedMetric[]): Promise<boolean | undefined> {
  const choices: Choice[] = [
    { answer: true, label: vscode.l10n.t('Chart Them'), iconPath: new vscode.ThemeIcon('graph-line') },
    { label: vscode.l10n.t('Not Now'), iconPath: new vscode.ThemeIcon('close') },
    {
      answer: false,
      label: vscode.l10n.t('Not for This Command'),
      iconPath: new vscode.ThemeIcon('circle-slash'),
    },
  ];
  const items: Choice[] = [
    ...choices,
    { label: vscode.l10n.t('what would be charted'), kind: vscode.QuickPickItemKind.Separator },
    ...metrics.map((metric): Choice => ({
      label: oneLine(metric.key, 80),
      description: metricText(metric),
      detail: oneLine(metric.line),
      iconPath: new vscode.ThemeIcon('pulse'),
      alwaysShow: true,
    })),
  ];
  for (;;) {
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Printed Values'),
      placeHolder: vscode.l10n.t('Each name with its first value and the line it stands in'),
      ignoreFocusOut: true,
      matchOnDetail: true,
    });
    // A metric is there to be read: choosing one says nothing.
    if (picked === undefined || choices.includes(picked)) return picked?.answer;
  }
}

function metricText({ value, step, lines }: PreviewedMetric): string {
  const parts = [formatNumber(value)];
  if (step !== undefined) parts.push(vscode.l10n.t('step {0}', step));
  parts.push(lines === 1 ? vscode.l10n.t('1 line') : vscode.l10n.t('{0} lines', lines));
  return parts.join(' · ');
}
