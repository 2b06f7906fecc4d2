/** What a noise band says of one metric, in words. Invariant: what a probe has not seen is never called noise. */
import type { VerdictWord } from '../../runs/verdict.ts';
import { throughText } from '../probe/probeSentence.ts';
import type { BandUse } from './bandUse.ts';

/** Whose noise it is: `probe through step 199`, `2 probes through step 199`, `3 earlier reproductions`. */
export function probeText({
  probes,
  throughStep,
  reproductions,
}: Pick<BandUse, 'probes' | 'throughStep' | 'reproductions'>): string {
  if (reproductions !== undefined) return `${reproductions} earlier reproductions`;
  return `${probes === 1 ? 'probe' : `${probes} probes`} ${throughText(throughStep)}`;
}

/** For brackets: `probe through step 199`, `learnt from 3 reproductions`. */
export function learntText(band: Pick<BandUse, 'probes' | 'throughStep' | 'reproductions'>): string {
  const { reproductions } = band;
  return reproductions === undefined ? probeText(band) : `learnt from ${reproductions} reproductions`;
}

/** @param beyond The first step that is out of the band. */
export function bandSentence(verdict: VerdictWord, band: BandUse, beyond: number | undefined): string {
  const { throughStep, zero, firstUnknownStep, pointsAfter, uncovered, events, open, explanation } = band;
  const probe = probeText(band);
  const several = band.reproductions !== undefined || band.probes > 1;
  const it = band.reproductions === undefined ? (several ? 'the probes' : 'the probe') : 'they';
  const learnt = learntText(band);
  const within = `Within the noise of this machine (${learnt})`;
  if (verdict === 'within-tolerance')
    return pointsAfter === 0
      ? `${within}.`
      : `${within}; after step ${throughStep}, where ${it} ended, no further apart than ${several ? 'their' : 'its'} last steps were.`;
  if (verdict === 'diverged' && beyond !== undefined) {
    if (!zero) return `More than the noise of this machine (${learnt}).`;
    return beyond > throughStep
      ? `Equal in the ${probe}, which ended before this difference began.`
      : `Equal in the ${probe}: the difference is real.`;
  }
  const from = firstUnknownStep ?? 0;
  if (open === 'explained')
    return `No further apart than the noise of this machine (${learnt}), but what differs can explain it as well (${explanation ?? ''}).`;
  if (open === 'band-too-wide') return `${capitalised(tooWideText(band))}.`;
  if (uncovered === true)
    return from > throughStep
      ? `Not covered by the ${probe}: ${several ? 'they were equal to their' : 'it was equal to its'} end at step ${throughStep}, and this begins at step ${from}, as a rare event would.`
      : `Equal in the ${probe}, and different from step ${from} on, as after a rare event that no probe has met.`;
  if (zero)
    return `Equal in the ${probe}, in which other metrics differ: too little to tell whether this is noise.`;
  if (from > throughStep)
    return `${within}; ${it} ended at step ${throughStep}, so from step ${from} on noise can neither be told nor ruled out.`;
  return `From step ${from} on more than the ${probe} ${several ? 'have' : 'has'} shown; ${
    events
      ? 'the noise of this program comes in events, and too few of them are known to rule it out'
      : 'too little is known of the noise to rule it out'
  }.`;
}

/** `the probe through step 19 is too short to tell: the noise that it leaves open is wider than all that the metric covers`. */
export function tooWideText(
  band: Pick<BandUse, 'probes' | 'throughStep' | 'reproductions' | 'fewValues'>,
): string {
  const wide = 'wider than all that the metric covers';
  if (band.fewValues !== true)
    return `the noise of this program (${learntText(band)}) is ${wide}, so that being within it says nothing`;
  const several = band.reproductions !== undefined || band.probes > 1;
  const few = band.reproductions !== undefined ? 'too few' : 'too short';
  return `the ${probeText(band)} ${several ? 'are' : 'is'} ${few} to tell: the noise that ${several ? 'they leave' : 'it leaves'} open is ${wide}`;
}

/** `, 0.12 apart, band 0.31 at step 35`: for the sentence of a verdict, whose other difference is a relative one. */
export function bandSizeText({
  allowed,
  decidedAt,
  apart,
}: Pick<BandUse, 'allowed' | 'decidedAt' | 'apart'>): string {
  if (allowed === undefined || decidedAt === undefined || !Number.isFinite(allowed)) return '';
  const band = Number(allowed.toPrecision(2));
  if (apart === undefined) return `, band ${band} at step ${decidedAt}`;
  // As many digits as tell the two from each other.
  const digits =
    [2, 3, 4, 5, 6].find(count => Number(apart.toPrecision(count)) > band === apart > allowed) ?? 6;
  return `, ${Number(apart.toPrecision(digits))} apart, band ${band} at step ${decidedAt}`;
}

/** ` Band 0.31 at step 35, learnt through step 19 and extended.`: what decided; empty where nothing bounds it. */
export function bandAtText(step: number, allowed: number, throughStep: number): string {
  if (!Number.isFinite(allowed)) return '';
  const extended = step > throughStep ? ' and extended' : '';
  return ` Band ${Number(allowed.toPrecision(2))} at step ${step}, learnt through step ${throughStep}${extended}.`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
