/** Whether the processor and the GPUs that a run had are here, and which switches for equal numbers it had set. */
import type { Hardware } from '../../runs/captured.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import { usedGpu, type ComputeSide } from './closeness/computeSide.ts';

export function lookAtHardware(original: ComputeSide, now: ComputeSide): ForecastItem[] {
  const items: ForecastItem[] = [];
  const before = original.hardware;
  const after = now.hardware;
  if (before?.cpuModel !== undefined)
    items.push({
      ...{ ingredient: 'hardware', what: before.cpuModel },
      ...(after?.cpuModel === before.cpuModel
        ? { availability: 'here' as const }
        : { availability: 'gone' as const, reason: `here: ${after?.cpuModel ?? 'an unknown processor'}` }),
    });
  for (const [name, count] of countsOf(before)) {
    const here = countsOf(after).get(name) ?? 0;
    const what = count === 1 ? name : `${count} × ${name}`;
    const smaller = smallerMemory(before, after);
    const reasons = [
      ...(here >= count ? [] : [`here: ${gpusText(after)}`]),
      ...(smaller === undefined ? [] : [smaller]),
      ...(usedGpu(original) === 'no' ? ['the run did not use it'] : []),
    ];
    items.push({
      ...{ ingredient: 'hardware', what, availability: here >= count ? 'here' : 'gone' },
      ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
    });
  }
  return items;
}

/** The switches in words; empty where none is known. */
export function lookAtDeterminism(original: ComputeSide): ForecastItem[] {
  const { facts, variables } = original;
  if (facts['python.hash_randomization'] !== true || variables['PYTHONHASHSEED'] !== undefined) return [];
  return [
    {
      ...{ ingredient: 'determinism', what: 'PYTHONHASHSEED', availability: 'unknown' },
      reason: 'it was not set: the order of sets of strings is another one at each start',
      mend: 'Set PYTHONHASHSEED=0 for runs whose results depend on it.',
    },
  ];
}

function countsOf(hardware: Hardware | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of hardware?.gpus ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function gpusText(hardware: Hardware | undefined): string {
  const texts = [...countsOf(hardware)].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`));
  return texts.length === 0 ? 'no GPU' : texts.slice(0, 3).join(', ');
}

function smallerMemory(before: Hardware | undefined, after: Hardware | undefined): string | undefined {
  const least = (hardware: Hardware | undefined): number =>
    Math.min(...(hardware?.gpus ?? []).map(gpu => gpu.memory ?? Infinity));
  const [had, has] = [least(before), least(after)];
  return Number.isFinite(had) && Number.isFinite(has) && has < had * 0.99
    ? `${Math.round(has / 2 ** 30)} GiB of memory instead of ${Math.round(had / 2 ** 30)}: it may not fit`
    : undefined;
}
