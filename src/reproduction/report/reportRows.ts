/** The tables of a report as words, the same in every format; nothing here is escaped yet. */
import type { CauseReport, CauseTrial } from '../../runs/causeReport.ts';
import type { Ingredient, MetricVerdict, OutputVerdict, Verdict, VerdictWord } from '../../runs/verdict.ts';
import { durationWords } from '../forecast/forecastWords.ts';
import { formatMetric } from '../../series/formatMetric.ts';
import { formatNumber, formatRelative } from '../../series/formatNumber.ts';

export const verdictTitles: Readonly<Record<VerdictWord, string>> = {
  identical: 'Identical',
  'within-tolerance': 'Within tolerance',
  diverged: 'Diverged',
  inconclusive: 'Inconclusive',
};

export const ingredientTitles: Readonly<Record<Ingredient['name'], string>> = {
  code: 'code',
  data: 'data',
  parameters: 'parameters, seed',
  environment: 'environment',
  hardware: 'hardware',
  determinism: 'determinism',
};

const order: readonly VerdictWord[] = ['diverged', 'inconclusive', 'within-tolerance', 'identical'];

/** What is counted before what is not, the worst first. */
export function worstFirst<T extends { verdict: VerdictWord; volatile: boolean }>(items: readonly T[]): T[] {
  return [...items].sort(
    (a, b) => Number(a.volatile) - Number(b.volatile) || order.indexOf(a.verdict) - order.indexOf(b.verdict),
  );
}

export const metricHeads = [
  'metric',
  'verdict',
  'points',
  'largest relative difference',
  'first difference',
  'last: original',
  'last: now',
] as const;

export function metricCells(metric: MetricVerdict): string[] {
  const number = (value: number | undefined): string =>
    value === undefined ? '' : formatMetric(metric.key, value, 7);
  return [
    metric.key,
    metric.volatile ? 'not counted' : metric.verdict + toleranceText(metric),
    String(metric.comparedPoints) + (metric.missingSteps > 0 ? ` (${metric.missingSteps} missing)` : ''),
    metric.maxRelativeDifference === undefined ? '' : formatRelative(metric.maxRelativeDifference),
    metric.firstDifferingStep === undefined ? '' : `step ${formatNumber(metric.firstDifferingStep)}`,
    number(metric.originalLast),
    number(metric.reproducedLast),
  ];
}

/** What decided about a metric that is not equal in every point. */
export function toleranceText({ verdict, toleranceFrom }: MetricVerdict): string {
  if (toleranceFrom === undefined || (verdict !== 'within-tolerance' && verdict !== 'diverged')) return '';
  const names: Readonly<Record<string, string>> = {
    'noise-band': 'noise band',
    experiment: 'lockstep.yaml',
    command: 'the command',
    'data-type': 'data type',
  };
  return ` (by ${names[toleranceFrom] ?? toleranceFrom})`;
}

export const outputHeads = ['output', 'verdict', 'SHA-256', 'note'] as const;

export function outputCells(output: OutputVerdict): string[] {
  const [before, now] = [output.originalSha256?.slice(0, 12), output.reproducedSha256?.slice(0, 12)];
  return [
    output.path,
    output.volatile ? 'not counted' : output.verdict,
    before === now ? (now ?? '') : `${before ?? '–'} → ${now ?? '–'}`,
    output.sentence ?? '',
  ];
}

/** The cause names all that limits the verdict. */
export function isTold({ cause, caps }: Verdict): boolean {
  return caps.every(cap => cause?.includes(cap) === true);
}

function movedText(moved: readonly string[]): string[] {
  if (moved.length === 0) return [];
  const shown = moved.slice(0, 5).join(', ') + (moved.length > 5 ? ` and ${moved.length - 5} more` : '');
  return [`Led into the private checkout instead of the workspace: ${shown}.`];
}

function askedText(part: Verdict['part']): string[] {
  if (part?.forMs !== undefined) {
    const got = part.throughStep === undefined ? '' : `, which got to step ${part.throughStep}`;
    return [`Asked for: ${durationWords(part.forMs)} of it${got}.`];
  }
  return part?.throughStep === undefined ? [] : [`Asked for: the part through step ${part.throughStep}.`];
}

/** How the curves part, and what several reproductions say together. */
export function findings(verdict: Verdict): string[] {
  const { divergence, statistics, part, workspace, notes = [] } = verdict;
  const shapes: Readonly<Record<string, string>> = {
    'from-the-start': 'apart from the first values on',
    growing: 'small at first, then growing',
    sudden: 'sudden',
    'final-only': 'in the last value alone',
  };
  return [
    ...movedText(workspace?.moved ?? []),
    ...askedText(part),
    ...(divergence === undefined
      ? []
      : [
          `First difference: ${divergence.key}, step ${formatNumber(divergence.step)}${
            divergence.relative === undefined || !Number.isFinite(divergence.relative)
              ? ''
              : ` (relative ${formatRelative(divergence.relative)})`
          }${shapes[divergence.shape] === undefined ? '' : `, ${shapes[divergence.shape] ?? ''}`}.`,
        ]),
    ...(statistics === undefined ? [] : [statistics.sentence]),
    ...notes,
  ];
}

export const trialHeads = ['set back', 'outcome', 'identical through'] as const;

export function trialRows({ control, trials, untried = [], noise }: CauseReport): string[][] {
  const joins = noise === undefined ? 'joins the original' : 'within the noise of the original';
  const outcome = (trial: Pick<Partial<CauseTrial>, 'joins' | 'apartAt' | 'unclear' | 'problem'>): string =>
    trial.problem ??
    (trial.joins === true
      ? joins
      : trial.unclear === true
        ? 'near both runs, which tells nothing'
        : trial.apartAt === undefined
          ? 'differs'
          : `apart by more than noise from step ${trial.apartAt} on`);
  const through = (step: number | undefined): string => (step === undefined ? '–' : `step ${step}`);
  return [
    ...(control === undefined
      ? []
      : [['nothing (control)', outcome(control), through(control.identicalThrough)]]),
    ...trials.map(trial => [trial.restored, outcome(trial), through(trial.identicalThrough)]),
    ...untried.map(one => [one.restored, `not tried: ${one.problem}`, '–']),
  ];
}
