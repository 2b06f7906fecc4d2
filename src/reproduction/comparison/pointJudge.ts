/**
 * The points of one metric that two runs have, one after another: within what a tolerance allows, within what the noise
 * of the machine may do at their step, beyond it, or (where the noise is not known well enough) neither.
 */
import { equalBeginning } from '../probe/learnNoise.ts';
import type { MetricNoise } from '../probe/noiseBand.ts';
import { withinTolerance } from './tolerance.ts';
import type { CurveReach } from './curveReach.ts';
import type { Tolerance } from './tolerance.ts';

export interface PointRules {
  readonly tolerance: Tolerance;
  /** Decides in place of the tolerance. */
  readonly noise: MetricNoise | undefined;
  /** What the tolerance allows is allowed in any case. */
  readonly onlyLoosens: boolean;
  /** Of the original. */
  readonly reach: CurveReach;
  /** Something that differs can explain a difference: then noise is no excuse for one. */
  readonly explained: boolean;
}

/**
 * Why what is no further apart than the band allows is not known to be noise: what is allowed says nothing, or something
 * else explains it as well.
 */
export type OpenReason = 'band-too-wide' | 'explained';

export interface JudgedPoints {
  readonly firstStepBeyondTolerance?: number;
  /** The first step at which noise can neither be told nor ruled out. */
  readonly firstUnknownStep?: number;
  /** Of that step, where it is within the band. */
  readonly open?: OpenReason;
  /** Points after the last step of the probe that differ and are no further apart than its last ones. */
  readonly pointsAfter: number;
}

export class PointJudge {
  readonly #rules: PointRules;
  #points = 0;
  #began = Infinity;
  /** Place of the first differing point, from 1. */
  #firstPlace = Infinity;
  #beyond = Infinity;
  #unknown = Infinity;
  #open: OpenReason | undefined;
  #after = 0;
  /** Where the probe had no difference at all: how many times differences began anew. */
  readonly #inZeroBand = { events: 0, first: Infinity, before: false };

  constructor(rules: PointRules) {
    this.#rules = rules;
  }

  addEqual(): void {
    this.#points += 1;
    this.#inZeroBand.before = false;
  }

  /** A pair that differs. */
  add(step: number, original: number, reproduced: number): void {
    const { noise, tolerance, onlyLoosens } = this.#rules;
    this.#points += 1;
    this.#began = Math.min(this.#began, step);
    const usual = withinTolerance(original, reproduced, tolerance);
    if (noise === undefined) {
      if (!usual) this.#beyond = Math.min(this.#beyond, step);
      return;
    }
    if (usual && (onlyLoosens || (noise.zero && step > noise.throughStep))) return;
    this.#firstPlace = Math.min(this.#firstPlace, this.#points);
    const apart = Math.abs(original - reproduced);
    const size = Number.isNaN(apart) ? Infinity : apart;
    if (this.#isTooEarly(step, size, noise)) this.#beyond = Math.min(this.#beyond, step);
    else if (noise.zero) this.#addInZeroBand(step);
    else this.#addInBand(step, size, noise, usual);
  }

  result(): JudgedPoints {
    const { events, first } = this.#inZeroBand;
    const { noise } = this.#rules;
    // Noise may begin once and stay, so beginnings count.
    const real = events >= (noise?.realFrom ?? 1) || this.#firstPlace <= (noise?.earlyThrough ?? 0);
    const beyond = Math.min(this.#beyond, real ? first : Infinity);
    const unknown = Math.min(this.#unknown, real ? Infinity : first);
    return {
      ...(beyond === Infinity ? {} : { firstStepBeyondTolerance: beyond }),
      ...(unknown === Infinity ? {} : { firstUnknownStep: unknown }),
      ...(unknown === Infinity || unknown < this.#unknown || this.#open === undefined
        ? {}
        : { open: this.#open }),
      pointsAfter: this.#after,
    };
  }

  /**
   * Apart from the first point on, and soon by as much as two trainings are, where the probes were equal at first and saw
   * nothing of this size: no event is this early and this large at once.
   */
  #isTooEarly(step: number, apart: number, noise: MetricNoise): boolean {
    if (noise.zero || noise.equalPoints < equalBeginning || step > noise.throughStep) return false;
    if (this.#firstPlace > 1 || this.#points > firstOnes) return false;
    return apart > Math.max(this.#rules.reach.change, unseen * noise.greatest);
  }

  #addInZeroBand(step: number): void {
    const zero = this.#inZeroBand;
    if (!zero.before) zero.events += 1;
    zero.before = true;
    zero.first = Math.min(zero.first, step);
  }

  #addInBand(step: number, apart: number, noise: MetricNoise, usual: boolean): void {
    const { reach, explained } = this.#rules;
    const within = apart <= noise.allowedAt(step, this.#began, reach);
    const after = step > noise.throughStep;
    if (usual && (within || after)) {
      if (after) this.#after += 1;
    } else if (within) {
      const open = explained
        ? 'explained'
        : noise.tellsNothingAt(step, this.#began, reach)
          ? 'band-too-wide'
          : undefined;
      if (open !== undefined) this.#addUnknown(step, open);
      else if (after) this.#after += 1;
    } else if (!after && apart > noise.ruledOutAbove(step, this.#began, reach))
      this.#beyond = Math.min(this.#beyond, step);
    else this.#addUnknown(step, undefined);
  }

  #addUnknown(step: number, open: OpenReason | undefined): void {
    if (step >= this.#unknown) return;
    this.#unknown = step;
    this.#open = open;
  }
}

/** So many of the first points say how large differences begin. */
const firstOnes = 8;
/** An event is so many times larger than all that a probe has shown in one of sixteen cases (Student's t, one value). */
const unseen = 10;
