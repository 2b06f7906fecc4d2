/** The settings that decide whether the same code gives the same bits: thread counts, hash seed, library switches. */
import type { Ingredient } from '../../../runs/verdict.ts';
import { IngredientFindings } from './ingredientSide.ts';
import type { IngredientSide } from './ingredientSide.ts';

const names =
  /^(PYTHONHASHSEED|OMP_.*|GOMP_.*|KMP_.*|MKL_.*|OPENBLAS_.*|BLIS_.*|VECLIB_.*|NUMEXPR_.*|CUDA_VISIBLE_DEVICES|CUDA_LAUNCH_BLOCKING|CUDA_DEVICE_ORDER|CUBLAS_.*|CUBLASLT_.*|CUDNN_.*|NVIDIA_TF32_OVERRIDE|XLA_FLAGS|XLA_.*|TF_.*|JAX_.*|NCCL_.*|TORCH_.*|TORCHINDUCTOR_.*|PYTORCH_.*|HIP_VISIBLE_DEVICES|ROCR_VISIBLE_DEVICES|MIOPEN_.*|TOKENIZERS_PARALLELISM)$/;

/** True for variables that belong to this ingredient rather than to the environment. */
export function isDeterminismVariable(name: string): boolean {
  return names.test(name);
}

export function compareDeterminism(original: IngredientSide, now: IngredientSide): Ingredient {
  const findings = new IngredientFindings();
  // A program that was killed could not be asked at its end: then only the variables are compared.
  const asked = hasFacts(original) && hasFacts(now);
  const before = settingsOf(original, asked);
  const after = settingsOf(now, asked);
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const from = before.get(name);
    const to = after.get(name);
    if (from?.hidden === true || to?.hidden === true) {
      if (from?.text !== to?.text) findings.differs(`${name} has another value`);
    } else if (from?.text !== to?.text)
      findings.differs(`${name} ${from?.text ?? '(not set)'} → ${to?.text ?? '(not set)'}`);
  }
  return findings.row('determinism', describe(before), describe(after));
}

interface Setting {
  readonly text: string;
  readonly hidden: boolean;
}

function hasFacts({ captured }: IngredientSide): boolean {
  return Object.keys(captured?.facts ?? {}).length > 0;
}

function settingsOf(side: IngredientSide, withFacts: boolean): Map<string, Setting> {
  const facts = withFacts ? Object.entries(side.captured?.facts ?? {}) : [];
  return new Map([
    ...facts.map(([name, value]): [string, Setting] => [name, { text: String(value), hidden: false }]),
    ...Object.entries(side.plan.variables)
      .filter(([name]) => isDeterminismVariable(name))
      .map(([name, variable]): [string, Setting] => [
        name,
        'value' in variable && typeof variable.value === 'string'
          ? { text: variable.value, hidden: false }
          : { text: String(variable.keyedHash), hidden: true },
      ]),
  ]);
}

function describe(settings: ReadonlyMap<string, Setting>): string {
  if (settings.size === 0) return 'nothing set';
  return [...settings].map(([name, { text, hidden }]) => `${name}=${hidden ? '…' : text}`).join(', ');
}
