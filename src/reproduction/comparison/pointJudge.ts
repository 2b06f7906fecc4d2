/**
 * The points of one metric that two runs have, one after another: within what a tolerance allows, within what the noise
 * of the machine may do at their step, beyond it, or (where the noise is not known well enough) neither.
 */
import type { MetricNoise } from '../probe/noiseBand.ts';
import { withinTolerance } from './tolerance.ts';
import type { Tolerance } from './tolerance.ts';

export interface PointRules {
  readonly tolerance: Tolerance;
  /** Decides in place of the tolerance. */
  readonly noise: MetricNoise | undefined;
  /** What the tolerance allows is allowed in any case. */
  readonly onlyLoosens: boolean;
}

export interface JudgedPoints {
  readonly firstStepBeyondTolerance?: number;
  /** The first step at which noise can neither be told nor ruled out. */
  readonly firstUnknownStep?: number;
  /** Points after the last step of the probe that differ and are no further apart than its last ones. */
  readonly pointsAfter: number;
}

export class PointJudge {
  readonly #rules: PointRules;
  #points = 0;
  #began = Infinity;
  #beyond = Infinity;
  #unknown = Infinity;
  #after = 0;
  /** Where the probe had no difference at all: differing points, and how many times they began anew. */
  readonly #inZeroBand = { points: 0, events: 0, first: Infinity, fromTheStart: false, before: false };

  /**
   * After the end of a probe that was identical in everything: how many times differences began, how many points differ,
   * and how many points the metric has since the first of them.
   */
  readonly #late = { events: 0, points: 0, since: 0, first: Infinity, before: false };

  constructor(rules: PointRules) {
    this.#rules = rules;
  }

  addEqual(): void {
    this.#points += 1;
    this.#inZeroBand.before = false;
    this.#late.before = false;
    if (this.#late.points > 0) this.#late.since += 1;
  }

  /** A pair that differs. */
  add(step: number, original: number, reproduced: number): void {
    const { noise, tolerance, onlyLoosens } = this.#rules;
    this.#points += 1;
    this.#began = Math.min(this.#began, step);
    const usual = withinTolerance(original, reproduced, tolerance);
    const afterZero = noise?.zero === true && step > noise.throughStep;
    if (noise === undefined) {
      if (!usual) this.#beyond = Math.min(this.#beyond, step);
      return;
    }
    // Where the probes were identical in everything, what differs before their end is real, and what follows it is.
    if (afterZero && noise.realFrom === 1) {
      if (!usual) this.#addAfterProbe(step);
      else if (this.#late.points > 0) this.#late.since += 1;
      return;
    }
    if (usual && (onlyLoosens || afterZero)) return;
    if (noise.zero) this.#addInZeroBand(step);
    else {
      const apart = Math.abs(original - reproduced);
      this.#addInBand(step, Number.isNaN(apart) ? Infinity : apart, noise, usual);
    }
  }

  result(): JudgedPoints {
    const { points, events, first, fromTheStart } = this.#inZeroBand;
    const realFrom = this.#rules.noise?.realFrom ?? 1;
    // Noise may begin once and stay, so beginnings count; nothing but a change differs from the first point on.
    const real = events >= realFrom || (fromTheStart && points >= realFrom && 2 * points >= this.#points);
    const { noise } = this.#rules;
    const late = this.#late;
    // A rare event passes; what stays is judged as without a probe. A single last point can be either.
    const stays = late.points > 1 && 2 * late.points > late.since;
    const rare =
      !stays && this.#began > (noise?.throughStep ?? Infinity) && late.events < (noise?.rareBelow ?? 1);
    const beyond = Math.min(this.#beyond, real ? first : Infinity, rare ? Infinity : late.first);
    const unknown = Math.min(this.#unknown, real ? Infinity : first, rare ? late.first : Infinity);
    return {
      ...(beyond === Infinity ? {} : { firstStepBeyondTolerance: beyond }),
      ...(unknown === Infinity ? {} : { firstUnknownStep: unknown }),
      pointsAfter: this.#after,
    };
  }

  #addAfterProbe(step: number): void {
    const late = this.#late;
    if (!late.before) late.events += 1;
    late.before = true;
    late.points += 1;
    late.since += 1;
    late.first = Math.min(late.first, step);
  }

  #addInZeroBand(step: number): void {
    const zero = this.#inZeroBand;
    if (this.#points === 1) zero.fromTheStart = true;
    if (!zero.before) zero.events += 1;
    zero.before = true;
    zero.points += 1;
    zero.first = Math.min(zero.first, step);
  }

  #addInBand(step: number, apart: number, noise: MetricNoise, usual: boolean): void {
    const within = apart <= noise.allowedAt(step, this.#began);
    const after = step > noise.throughStep;
    if (within || (after && usual)) {
      if (after) this.#after += 1;
    } else if (!after && apart > noise.ruledOutAbove(step, this.#began))
      this.#beyond = Math.min(this.#beyond, step);
    else this.#unknown = Math.min(this.#unknown, step);
  }
}
