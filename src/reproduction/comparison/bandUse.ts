/** What a verdict on one metric tells of the noise band that decided it. */
import type { MetricNoise } from '../probe/noiseBand.ts';
import type { CurveReach } from './curveReach.ts';
import type { JudgedPoints, OpenReason } from './pointJudge.ts';

export interface BandUse {
  readonly probes: number;
  /** Where it was learnt from so many earlier reproductions in place of probes. */
  readonly reproductions?: number;
  /** Last step of the probe. */
  readonly throughStep: number;
  readonly zero: boolean;
  /** The first step at which noise can neither be told nor ruled out. */
  readonly firstUnknownStep?: number;
  /** Why, where that step is no further apart than the band allows. */
  readonly open?: OpenReason;
  /** Too little is known of the noise; longer probes, or more of them, know better. */
  readonly fewValues?: true;
  /** The difference that explains it, for `explained`. */
  readonly explanation?: string;
  /** The probe was equal in everything to its end, and what differs may be a rare event that it did not meet. */
  readonly uncovered?: true;
  /** The noise comes in events; see noiseBand.ts. */
  readonly events: boolean;
  /** How far apart is noise, at the step that decided; absent where nothing bounds it. */
  readonly allowed?: number;
  readonly decidedAt?: number;
  /** How far apart the two are there. */
  readonly apart?: number;
  /** Points beyond the last step of the probe that differ and are no further apart than its last ones. */
  readonly pointsAfter: number;
}

export interface BandDecision {
  /** The step that decided; undefined where only points without a size differ. */
  readonly decidedAt: number | undefined;
  /** How far apart the two are at that step. */
  readonly apart?: number | undefined;
  /** The first step that differs. */
  readonly began: number;
  readonly reach: CurveReach;
  readonly reproductions?: number | undefined;
  readonly explanation?: string | undefined;
}

export function bandUse(noise: MetricNoise, judged: JudgedPoints, decision: BandDecision): BandUse {
  const { decidedAt, apart, began, reach, reproductions, explanation } = decision;
  const { firstUnknownStep, open, pointsAfter } = judged;
  return {
    ...{ probes: noise.probes, throughStep: noise.throughStep, zero: noise.zero, events: noise.inEvents },
    pointsAfter,
    ...(reproductions === undefined ? {} : { reproductions }),
    ...(firstUnknownStep === undefined ? {} : { firstUnknownStep }),
    ...(open === undefined ? {} : { open }),
    ...(noise.fewValues ? { fewValues: true } : {}),
    ...(open !== 'explained' || explanation === undefined ? {} : { explanation }),
    ...(noise.zero && noise.deterministic && firstUnknownStep !== undefined ? { uncovered: true } : {}),
    ...(noise.zero || decidedAt === undefined
      ? {}
      : {
          ...{ allowed: noise.allowedAt(decidedAt, began, reach), decidedAt },
          ...(apart === undefined ? {} : { apart }),
        }),
  };
}
