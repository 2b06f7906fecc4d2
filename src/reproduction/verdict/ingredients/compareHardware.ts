/** Processor, memory and GPUs of two runs. */
import type { Hardware } from '../../../runs/captured.ts';
import { knownValue } from '../../../runs/known.ts';
import type { Ingredient } from '../../../runs/verdict.ts';
import { IngredientFindings } from './ingredientSide.ts';
import type { IngredientSide } from './ingredientSide.ts';

export function compareHardware(original: IngredientSide, now: IngredientSide): Ingredient {
  const findings = new IngredientFindings();
  const before = knownValue(original.captured?.hardware);
  const after = knownValue(now.captured?.hardware);
  findings.compare('processor', before?.cpuModel, after?.cpuModel);
  if (before !== undefined && after !== undefined) {
    findings.compare('cores', numberText(before.logicalCores), numberText(after.logicalCores));
    compareFlags(before.cpuFlags ?? [], after.cpuFlags ?? [], findings);
    findings.compare('GPU', gpuText(before), gpuText(after));
    if (before.gpus.length > 0 && after.gpus.length > 0) {
      findings.compare(
        'driver',
        before.driver ?? before.gpus[0]?.driver,
        after.driver ?? after.gpus[0]?.driver,
      );
      findings.compare('CUDA', before.cuda, after.cuda);
    }
  }
  return findings.row('hardware', describe(before), describe(after));
}

/** Vector instructions choose the kernels of the maths libraries. */
function compareFlags(
  before: readonly string[],
  after: readonly string[],
  findings: IngredientFindings,
): void {
  const vector = /^(sse|ssse|avx|fma|amx|asimd|sve|neon|f16c|bf16)/;
  const first = new Set(before.filter(flag => vector.test(flag)));
  const second = new Set(after.filter(flag => vector.test(flag)));
  const gone = [...first].filter(flag => !second.has(flag));
  const added = [...second].filter(flag => !first.has(flag));
  if (gone.length > 0) findings.differs(`processor lacks ${gone.join(', ')}`);
  if (added.length > 0) findings.differs(`processor also has ${added.join(', ')}`);
}

function gpuText(hardware: Hardware): string {
  if (hardware.gpus.length === 0) return 'none';
  const counts = new Map<string, number>();
  for (const gpu of hardware.gpus) counts.set(gpu.name, (counts.get(gpu.name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`)).join(' + ');
}

function numberText(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function describe(hardware: Hardware | undefined): string {
  if (hardware === undefined) return 'unknown';
  const cpu = hardware.cpuModel ?? 'unknown processor';
  return hardware.gpus.length === 0 ? cpu : `${cpu}, ${gpuText(hardware)}`;
}
