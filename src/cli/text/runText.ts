/** How a run is shown in tables and messages. */
import { attestationsOf } from '../../reproduction/verdict/attestationsOf.ts';
import { commandLabel } from '../../runs/commandLabel.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import type { Colour } from '../terminal.ts';
import { durationText, numberText } from './describe.ts';

/** The name, else the command without the path of its interpreter: `train.py --lr 0.1`. */
export function runLabel(run: RunSummary): string {
  if (run.name !== undefined && run.name !== '') return run.name;
  const command = commandLabel(run.argv);
  return command === '' ? (run.problem ?? '') : command;
}

/**
 * `finished`, `lost, still running`; `reached step 40` of a reproduction that nobody cancelled.
 * @param throughStep Where a part was asked for and judged: of records that do not say themselves what was reached.
 */
export function stateText(
  run: Pick<RunSummary, 'state' | 'stillRunning' | 'reached'>,
  throughStep?: number,
): string {
  if (run.state === 'cancelled') {
    const step = run.reached?.throughStep ?? throughStep;
    if (step !== undefined) return `reached step ${step}`;
    if (run.reached?.forMs !== undefined) return `reached ${durationText(run.reached.forMs)}`;
  }
  return run.state === 'lost' && run.stillRunning ? 'lost, still running' : run.state;
}

export function stateColour(state: RunSummary['state']): Colour {
  switch (state) {
    case 'finished':
      return 'green';
    case 'failed':
    case 'lost':
      return 'red';
    case 'cancelled':
      return 'yellow';
    case 'preparing':
    case 'running':
      return 'cyan';
  }
}

/** Metrics worth a column of a list: losses and scores first, then by name. `loss 0.41, acc 0.87`. */
export function metricsText(run: RunSummary, most: number): string {
  return Object.entries(run.metrics)
    .sort(([a], [b]) => interest(b) - interest(a) || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([key, summary]) => `${key} ${numberText(summary.last)}`)
    .join(', ');
}

function interest(key: string): number {
  if (/(^|[^a-z])(acc|accuracy|f1|auc|score|bleu|map|iou|r2|ppl|perplexity)([^a-z]|$)/i.test(key)) return 2;
  return /loss|error|mse|mae|rmse/i.test(key) ? 3 : 1;
}

/** `identical`, `2 identical, 1 within tolerance`: what reproductions of the run found. */
export function verdictsText(run: Pick<RunSummary, 'verdicts'>): string {
  const { counts, outcomes } = attestationsOf(run.verdicts);
  return run.verdicts.length === 1 ? (outcomes[0]?.word ?? '').replaceAll('-', ' ') : counts;
}

/** Id of a reproduction → what it came to, of those among the verdicts of these runs. */
export function ownVerdictsOf(runs: readonly Pick<RunSummary, 'verdicts'>[]): Map<string, string> {
  return new Map(
    runs.flatMap(({ verdicts }) =>
      verdicts.map(({ reproductionId, verdict }): [string, string] => [
        reproductionId,
        verdict.replaceAll('-', ' '),
      ]),
    ),
  );
}

/** Id of a reproduction → the step that it was asked to go to, of those among the verdicts of these runs. */
export function partsOf(runs: readonly Pick<RunSummary, 'verdicts'>[]): Map<string, number> {
  return new Map(
    runs.flatMap(({ verdicts }) =>
      verdicts.flatMap(({ reproductionId, throughStep }): [string, number][] =>
        throughStep === undefined ? [] : [[reproductionId, throughStep]],
      ),
    ),
  );
}
