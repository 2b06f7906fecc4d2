/** What is told while an environment comes up or goes, in the words of a notification. */
import type {
  EnvironmentPhase,
  EnvironmentProgress,
} from '../../environments/devcontainer/environmentProgress.ts';
import { plain, type Words } from './rows/environmentRow.ts';

/** Undefined where the notification goes on saying what it said. */
export function progressWords(progress: EnvironmentProgress, l10n: Words): string | undefined {
  switch (progress.kind) {
    case 'phase': {
      const phase = phaseWords(progress.phase, l10n);
      return progress.detail === undefined ? phase : `${phase}: ${plain(progress.detail, 80)}`;
    }
    case 'step':
      return progress.state === 'running'
        ? l10n.t('Building, step {0}: {1}', progress.number, plain(progress.text, 80))
        : undefined;
    case 'layer':
      return l10n.t('Downloading the image: {0}', plain(progress.status, 60));
    case 'output':
    case 'warning':
      return undefined;
  }
}

/** Its line in the log; undefined for what would only fill it. */
export function progressLine(progress: EnvironmentProgress, l10n: Words): string | undefined {
  switch (progress.kind) {
    case 'phase':
      return `== ${progressWords(progress, l10n) ?? ''}`;
    case 'step':
      return progress.state === 'running'
        ? `#${progress.number} ${plain(progress.text, 400)}`
        : `#${progress.number} ${progress.state.toUpperCase()}`;
    case 'output':
      return progress.text;
    case 'warning':
      return l10n.t('warning: {0}', plain(progress.text, 400));
    case 'layer':
      return undefined;
  }
}

function phaseWords(phase: EnvironmentPhase, l10n: Words): string {
  switch (phase) {
    case 'look':
      return l10n.t('Looking');
    case 'wait':
      return l10n.t('Waiting');
    case 'initialize':
      return l10n.t('Preparing');
    case 'features':
      return l10n.t('Getting features');
    case 'pull':
      return l10n.t('Downloading the image');
    case 'build':
      return l10n.t('Building the image');
    case 'start':
      return l10n.t('Starting the container');
    case 'set-up':
      return l10n.t('Setting up the user');
    case 'lifecycle':
      return l10n.t('Running its commands');
    case 'smoke-test':
      return l10n.t('Testing the GPU');
    case 'stop':
      return l10n.t('Stopping');
    case 'remove':
      return l10n.t('Removing');
  }
}
