/** What each column of a table means, from its header alone: the step, a clock, a rank, a metric, or nothing. */
import { boundedKey, meaningOf } from '../metricNames.ts';
import { cellNumber } from './cellNumber.ts';

export type TableVocabulary =
  /** A library wrote what was logged: every column but the step and the clock is a metric. */
  | 'logged'
  /** Anyone's table: identifiers and positions within an epoch are no metrics. */
  | 'found';

export interface TableForm {
  readonly vocabulary: TableVocabulary;
  /** Column that holds the step, when it is known. */
  readonly step?: string | undefined;
  /** The metric of a column; the column's own name when absent. */
  readonly nameOf?: ((column: string) => string) | undefined;
}

export interface TableColumns {
  /** Of the header, also those that are not read. */
  readonly count: number;
  readonly step: number | undefined;
  readonly rank: number | undefined;
  /** Columns that may hold a moment. */
  readonly clocks: readonly number[];
  readonly metrics: readonly { readonly column: number; readonly key: string }[];
  readonly problems: readonly string[];
}

const mostColumns = 20_000;

/** @param names As they stand in the header, padded or not. */
export function tableColumns(names: readonly string[], form: TableForm): TableColumns {
  const trimmed = names.slice(0, mostColumns).map(columnName);
  const step = stepColumn(trimmed, form.step);
  const problems: string[] = [];
  if (names.length > mostColumns) problems.push(`only the first ${mostColumns} columns are read`);
  if (form.step !== undefined && step === undefined) problems.push(`there is no column "${form.step}"`);
  const metrics: { column: number; key: string }[] = [];
  const clocks: number[] = [];
  let rank: number | undefined;
  const seen = new Set<string>();
  trimmed.forEach((name, column) => {
    if (column === step || name === '') return;
    const meaning = meaningOf(name);
    if (meaning.clock) clocks.push(column);
    if (form.vocabulary === 'found') {
      if (meaning.rank) rank ??= column;
      if (meaning.never || meaning.withinEpoch || meaning.rank) return;
      // Other places of the same row say nothing new; the epoch of a step does.
      if (meaning.step >= 0 && name.toLowerCase() !== 'epoch') return;
    }
    const key = boundedKey(form.nameOf?.(name) ?? name);
    if (seen.has(key)) problems.push(`the column "${key}" stands there twice: the first one is read`);
    else metrics.push({ column, key });
    seen.add(key);
  });
  return { count: names.length, step, rank, clocks, metrics, problems };
}

/** Whether `cells` names columns rather than values. */
export function isHeader(cells: readonly string[]): boolean {
  return cells.some(cell => cell.trim() !== '') && cells.every(cell => cellNumber(cell) === undefined);
}

/** The name in a cell of a header; numpy writes `# ` before the first one. */
export function columnName(cell: string): string {
  return cell.trim().replace(/^#\s*/, '');
}

/** The best name of a step, or the total that some libraries of reinforcement learning count. */
export function stepColumn(names: readonly string[], wanted?: string): number | undefined {
  if (wanted !== undefined) {
    const at = names.indexOf(wanted);
    return at < 0 ? undefined : at;
  }
  let best: number | undefined;
  let order = Number.POSITIVE_INFINITY;
  names.forEach((name, column) => {
    const { step } = meaningOf(name);
    if (step >= 0 && step < order) {
      best = column;
      order = step;
    }
  });
  if (best !== undefined) return best;
  const total = names.findIndex(name => /(?:^|\/)total_(?:timesteps|steps)$/.test(name));
  return total < 0 ? undefined : total;
}
