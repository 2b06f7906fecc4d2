/** How long a reproduction is going to take, from what it took before. */
import type { Forecast } from '../../runs/forecast.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';

/** Undefined where nothing of the kind has ended yet. */
export function expectedDuration(
  { result, verdicts }: Pick<RunDetails, 'result' | 'verdicts'>,
  host: string,
  options: Pick<Partial<ReproductionOptions>, 'throughStep' | 'forMs' | 'checkpoint'>,
): Forecast['duration'] {
  const here = verdicts
    // A part says nothing of the whole, and one that failed or was cancelled is a part.
    .filter(one => one.host === host && one.part === undefined && one.verdict !== 'inconclusive')
    .filter(one => isWhole(one.durationMs))
    .map(one => one.durationMs ?? 0);
  // A whole one takes as long as nobody saw; the part that there is took this long.
  const cut = result?.state === 'cancelled' && options.throughStep === undefined;
  const original = cut ? undefined : result?.durationMs;
  const whole: Forecast['duration'] =
    here.length > 0
      ? { ms: median(here.slice(-5)), basis: 'reproductions' }
      : isWhole(original)
        ? { ms: original, basis: 'original' }
        : undefined;
  if (whole === undefined)
    return options.forMs === undefined ? undefined : { ms: options.forMs, basis: 'original' };
  const part = partOf(result, options.throughStep);
  const left = Math.max(0, whole.ms * part - writtenAfter(result, options.checkpoint));
  const ms = Math.min(left, options.forMs ?? Infinity);
  return { ...whole, ms: Math.round(ms) };
}

/** Milliseconds of the run until it wrote the checkpoint; 0 where that is not known. */
function writtenAfter(result: RunDetails['result'], checkpoint: string | undefined): number {
  if (checkpoint === undefined) return 0;
  const name = checkpoint.replace(/^\.\//, '').replace(/\/+$/, '');
  const times = (result?.outputs ?? [])
    .filter(({ path }) => path === name || path.startsWith(`${name}/`))
    .map(({ modifiedAt }) => (modifiedAt ?? NaN) - Date.parse(result?.startedAt ?? ''));
  const after = Math.max(...times);
  return Number.isFinite(after) && after > 0 ? Math.min(after, result?.durationMs ?? 0) : 0;
}

function isWhole(ms: number | undefined): ms is number {
  return ms !== undefined && Number.isFinite(ms) && ms >= 0;
}

/** Steps take about equally long. */
function partOf(result: RunDetails['result'], throughStep: number | undefined): number {
  if (throughStep === undefined) return 1;
  const last = Object.values(result?.metrics ?? {}).reduce(
    (most, { lastStep }) => Math.max(most, lastStep),
    0,
  );
  if (!(last > 0) || !Number.isFinite(last)) return 1;
  return Math.min(1, Math.max(0, (throughStep + 1) / (last + 1)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
