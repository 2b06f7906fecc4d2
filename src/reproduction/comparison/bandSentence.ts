/** What a noise band says of one metric, in words. Invariant: what a probe has not seen is never called noise. */
import type { VerdictWord } from '../../runs/verdict.ts';
import type { BandUse } from './compareMetric.ts';

/** `probe of 200 steps`, `2 probes of 200 steps`. */
export function probeText({ probes, throughStep }: Pick<BandUse, 'probes' | 'throughStep'>): string {
  const steps = `${throughStep.toLocaleString('en-US')} ${throughStep === 1 ? 'step' : 'steps'}`;
  return `${probes === 1 ? 'probe' : `${probes} probes`} of ${steps}`;
}

/** @param beyond The first step that is out of the band. */
export function bandSentence(verdict: VerdictWord, band: BandUse, beyond: number | undefined): string {
  const { throughStep, zero, firstUnknownStep, pointsAfter, uncovered } = band;
  const probe = probeText(band);
  const within = `Within the noise of this machine (${probe})`;
  if (verdict === 'within-tolerance')
    return pointsAfter === 0
      ? `${within}.`
      : `${within}; after step ${throughStep}, where the probe ended, no further apart than its last steps were.`;
  if (verdict === 'diverged' && beyond !== undefined) {
    if (!zero) return `More than the noise of this machine (${probe}).`;
    return beyond > throughStep
      ? `Equal in the ${probe}, which ended before this difference began.`
      : `Equal in the ${probe}: the difference is real.`;
  }
  if (uncovered === true)
    return `Not covered by the ${probe}: it was equal to its end at step ${throughStep}, and this begins at step ${firstUnknownStep ?? 0}, as a rare event would.`;
  if (zero)
    return `Equal in the ${probe}, in which other metrics differ: too little to tell whether this is noise.`;
  if (firstUnknownStep !== undefined && firstUnknownStep > throughStep)
    return `${within}; the probe ended at step ${throughStep}, so from step ${firstUnknownStep} on noise can neither be told nor ruled out.`;
  return `From step ${firstUnknownStep ?? 0} on more than the ${probe} has shown; the noise of this program comes in events, and too few of them are known to rule it out.`;
}

/** `, band 0.31 at step 35`: for the sentence of a verdict. */
export function bandSizeText({ allowed, decidedAt }: Pick<BandUse, 'allowed' | 'decidedAt'>): string {
  if (allowed === undefined || decidedAt === undefined || !Number.isFinite(allowed)) return '';
  return `, band ${Number(allowed.toPrecision(2))} at step ${decidedAt}`;
}

/** ` Band 0.31 at step 35, learnt through step 19 and extended.`: what decided; empty where nothing bounds it. */
export function bandAtText(step: number, allowed: number, throughStep: number): string {
  if (!Number.isFinite(allowed)) return '';
  const extended = step > throughStep ? ' and extended' : '';
  return ` Band ${Number(allowed.toPrecision(2))} at step ${step}, learnt through step ${throughStep}${extended}.`;
}
