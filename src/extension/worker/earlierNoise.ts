/** The noise that a page draws while its reproduction runs, learnt once: curves are asked for again with every point. */
import { noiseOfEarlier } from '../../reproduction/probe/noiseOfEarlier.ts';
import type { LearntNoise } from '../../reproduction/probe/noiseOfReproductions.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { RunStore } from '../../runs/runStore.ts';

/** Pages that are open at the same time, and some. */
const mostKnown = 8;

export class EarlierNoise {
  readonly #known = new Map<string, Promise<readonly LearntNoise[]>>();

  of(runs: RunStore, originalId: string, reproduction: RunDetails): Promise<readonly LearntNoise[]> {
    // Until its machine is captured nobody can say which others ran on it.
    if (reproduction.captured === undefined) return Promise.resolve([]);
    const known = this.#known.get(reproduction.dir);
    if (known !== undefined) return known;
    const learnt = runs.read(originalId).then(original => noiseOfEarlier(runs, original, reproduction));
    this.#known.set(reproduction.dir, learnt);
    learnt.catch(() => this.#known.delete(reproduction.dir));
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size > mostKnown) this.#known.delete(oldest);
    return learnt;
  }
}
