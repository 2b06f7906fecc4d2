/** The order in which seeds that several processes set are told. */
import type { SeenSeed } from '../../runs/captured.ts';

/** Workers, which are side by side, come last and by value: who of them was first is never the same. */
export function orderedSeeds(seeds: readonly SeenSeed[]): SeenSeed[] {
  const isKnown = ({ call, value }: SeenSeed): boolean =>
    seeds.some(one => one.worker !== true && one.call === call && one.value === value && one.more !== true);
  const textOf = ({ call, value, more }: SeenSeed): string =>
    `${call} ${more === true ? '\uffff' : (value ?? '')}`;
  return [
    ...seeds.filter(({ worker }) => worker !== true),
    ...seeds
      .filter(seed => seed.worker === true && (seed.more === true || !isKnown(seed)))
      .sort((a, b) => textOf(a).localeCompare(textOf(b), 'en', { numeric: true })),
  ];
}
