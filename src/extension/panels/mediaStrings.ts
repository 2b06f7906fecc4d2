import { l10n } from 'vscode';
import type { MediaStrings } from '../../protocol/mediaStrings.ts';

/** The words of the Media panel in the person's language. `{0}` is filled in by the webview. */
export function mediaStrings(): MediaStrings {
  return {
    title: l10n.t('Media'),
    filter: l10n.t('Filter media (regular expression)'),
    filterInvalid: l10n.t('Not a regular expression: {0}'),
    synced: l10n.t('Same step everywhere'),
    syncedHint: l10n.t('Moving one slider moves all to the nearest step they have.'),
    images: l10n.t('Images'),
    texts: l10n.t('Texts'),
    histograms: l10n.t('Histograms'),
    tables: l10n.t('Tables'),
    files: l10n.t('Files'),
    atStep: l10n.t('step {0}'),
    stepOf: l10n.t('Step of {0}'),
    stepRange: l10n.t('{0} of {1}'),
    rankLabel: l10n.t('{0} · rank {1}'),
    imageLabel: l10n.t('{0} at step {1}'),
    histogramLabel: l10n.t('Histogram of {0} at step {1}: {2} values from {3} to {4}, mean {5}'),
    histogramCount: l10n.t('{0} values · mean {1}'),
    textCut: l10n.t('The text goes on.'),
    tableCut: l10n.t('The first {0} of {1} rows.'),
    columnsCut: l10n.t('The first {0} of {1} columns.'),
    openFile: l10n.t('Open File'),
    unavailable: l10n.t('The file is not in the run folder: {0}'),
    notAnImage: l10n.t('This file cannot be shown as an image.'),
    loading: l10n.t('Reading…'),
    goneTitle: l10n.t('No run to show'),
    goneText: l10n.t('The run no longer exists.'),
    waitingTitle: l10n.t('Nothing to see yet'),
    waitingText: l10n.t('Images, texts, histograms and tables appear as soon as the run logs one.'),
    noMediaTitle: l10n.t('No media'),
    noMediaText: l10n.t(
      'A run logs images, texts, histograms and tables with TensorBoard, MLflow or another tracking library.',
    ),
    noMatch: l10n.t('Nothing matches the filter.'),
    clearFilter: l10n.t('Clear Filter'),
  };
}
