/**
 * What libraries said of themselves at the end of two runs, as variables that set it back: number of threads, kernel
 * type. Of a reproduction on another machine these differ although no variable does.
 */
import type { Captured } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { IngredientName } from '../../runs/verdict.ts';

export interface RestorableFact {
  readonly ingredient: IngredientName;
  readonly name: string;
  readonly original: string;
  readonly now: string;
  readonly variables: Readonly<Record<string, string>>;
}

export function restorableFacts(original: Captured | undefined, now: Captured | undefined): RestorableFact[] {
  const [before, after] = [original?.facts ?? {}, now?.facts ?? {}];
  const found: RestorableFact[] = [];
  for (const name of Object.keys(variablesOf)) {
    const [from, to] = [before[name], after[name]];
    if (from === undefined || to === undefined || from === null || from === to) continue;
    const variables = variablesOf[name]?.(String(from)) ?? {};
    if (Object.keys(variables).length > 0)
      found.push({ ingredient: 'determinism', name, original: String(from), now: String(to), variables });
  }
  const cores = knownValue(original?.hardware)?.logicalCores;
  const coresNow = knownValue(now?.hardware)?.logicalCores;
  const told = found.some(({ name }) => name.endsWith('threads'));
  if (!told && cores !== undefined && coresNow !== undefined && cores !== coresNow)
    found.push({
      ...{ ingredient: 'hardware', name: 'cores', original: String(cores), now: String(coresNow) },
      variables: Object.fromEntries(
        ['OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'OPENBLAS_NUM_THREADS'].map(name => [name, String(cores)]),
      ),
    });
  return found;
}

type Restorer = (said: string) => Record<string, string>;

/** Of `openblas 2, mkl 4`: the value of each library in the variable that it reads at its start. */
function each(names: Readonly<Record<string, string>>, value: RegExp): Restorer {
  return said =>
    Object.fromEntries(
      said.split(', ').flatMap(part => {
        const [library = '', what = ''] = part.split(' ', 2);
        const name = names[library];
        return name !== undefined && value.test(what) ? [[name, what]] : [];
      }),
    );
}

const count = /^\d{1,4}$/;

const variablesOf: Readonly<Record<string, Restorer>> = {
  'blas.threads': each(
    { openblas: 'OPENBLAS_NUM_THREADS', mkl: 'MKL_NUM_THREADS', blis: 'BLIS_NUM_THREADS' },
    count,
  ),
  'blas.core': each({ openblas: 'OPENBLAS_CORETYPE' }, /^\w{2,20}$/),
  'openmp.threads': each({ gomp: 'OMP_NUM_THREADS', iomp: 'OMP_NUM_THREADS', omp: 'OMP_NUM_THREADS' }, count),
  'torch.threads': said => (count.test(said) ? { OMP_NUM_THREADS: said } : {}),
  'torch.cpu_capability': said =>
    /^(DEFAULT|AVX2|AVX512)$/.test(said) ? { ATEN_CPU_CAPABILITY: said.toLowerCase() } : {},
};
