/** Tells on standard error what happens while a devcontainer comes up: a line for each phase and build step, output dimmed. */
import type { EnvironmentPhase, OnProgress } from '../../environments/devcontainer/environmentProgress.ts';
import type { Terminal } from '../terminal.ts';
import { printable } from './printable.ts';
import { cutText } from './textWidth.ts';

const phases: Readonly<Record<EnvironmentPhase, string>> = {
  look: 'Looking for the container',
  wait: 'Waiting for',
  initialize: 'Running on this machine',
  features: 'Resolving Feature',
  pull: 'Pulling',
  build: 'Building the image',
  start: 'Starting the container',
  'set-up': 'Setting up the user and shell',
  lifecycle: 'Running',
  'smoke-test': 'Looking for the GPU inside',
  stop: 'Stopping',
  remove: 'Removing',
};

export function envProgress(terminal: Terminal): OnProgress {
  const line = (text: string): void => terminal.err(`${text}\n`);
  const layers = new Map<string, string>();
  return progress => {
    switch (progress.kind) {
      case 'phase': {
        const detail = progress.detail === undefined ? '' : ` ${printable(progress.detail)}`;
        line(terminal.paintErr('cyan', `${phases[progress.phase]}${detail}`));
        break;
      }
      case 'step':
        line(stepText(progress, terminal.width));
        break;
      case 'layer':
        // Every layer says the same several times: where it begins and ends is enough for a log.
        if (layers.get(progress.id) === progress.status) break;
        layers.set(progress.id, progress.status);
        if (/^(?:Pulling|Downloading|Pull complete|done)/.test(progress.status))
          line(terminal.paintErr('dim', `  ${printable(`${progress.id} ${progress.status}`)}`));
        break;
      case 'output':
        line(terminal.paintErr('dim', `  ${printable(progress.text)}`));
        break;
      case 'warning':
        line(`${terminal.paintErr('yellow', 'warning:')} ${printable(progress.text)}`);
        break;
    }
  };
}

/** `  [3/6] RUN pip install x`, then `  [3/6] cached`. */
function stepText(
  step: { readonly number: string; readonly text: string; readonly state: string },
  width: number,
): string {
  const number = step.number === '' ? '' : `[${step.number}] `;
  return step.state === 'running'
    ? cutText(`  ${printable(number + step.text)}`, width - 1)
    : `  ${printable(number)}${step.state}`;
}
