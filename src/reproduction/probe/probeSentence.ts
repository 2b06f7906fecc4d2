/** What a determinism probe has found, in one sentence. */
import type { DeterminismProbe } from '../../runs/determinismProbe.ts';
import { formatRelative } from '../../series/formatNumber.ts';

type Found = Pick<DeterminismProbe, 'bands' | 'identical' | 'throughStep' | 'differingOutputs'>;

export function probeSentence({ bands, identical, throughStep, differingOutputs }: Found): string {
  const counted = bands.filter(band => band.volatile !== true);
  const length = throughStep === undefined ? '' : ` ${throughText(throughStep)}`;
  const differing = counted
    .filter(band => !band.identical)
    .sort((a, b) => (a.firstDifferingStep ?? Infinity) - (b.firstDifferingStep ?? Infinity));
  const [first] = differing;
  if (first !== undefined) {
    // The largest of all that differ, since they are spoken of together.
    const relative = Math.max(...differing.map(band => band.maxRelativeDifference ?? Infinity));
    const by = Number.isFinite(relative) ? `, by at most a relative ${formatRelative(relative)}` : '';
    const others = differing.length > 1 ? ` and ${differing.length - 1} more` : '';
    return `Two runs${length} differ on this machine: ${first.key}${others} from step ${first.firstDifferingStep ?? 0} on${by}.`;
  }
  const [file] = differingOutputs;
  if (file !== undefined)
    return `Two runs${length} differ on this machine: ${counted.length === 0 ? '' : 'their metrics are identical, '}the bytes of ${file} are not.`;
  return identical
    ? `Two runs${length} are identical on this machine.`
    : 'Two runs have no metric that counts, so nothing was compared.';
}

/** `through step 199`: whether that is the 200th nobody knows, since programs count from 0 or from 1. */
export function throughText(step: number): string {
  return `through step ${step.toLocaleString('en-US')}`;
}
