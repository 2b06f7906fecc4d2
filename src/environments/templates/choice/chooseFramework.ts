/** Which framework a project is made with: what it asks for, else what its code imports. */
import type { ProjectFacts, WantedPackage } from '../project/projectFacts.ts';
import { listed } from './listed.ts';

export type Framework = 'torch' | 'jax' | 'tensorflow';

/** Where several are named, the first is the one that is installed by the template. */
const frameworks: readonly {
  readonly id: Framework;
  readonly label: string;
  readonly packages: readonly string[];
}[] = [
  {
    id: 'torch',
    label: 'PyTorch',
    packages: ['torch', 'torchvision', 'torchaudio', 'pytorch-lightning', 'lightning', 'accelerate', 'timm'],
  },
  { id: 'jax', label: 'JAX', packages: ['jax', 'jaxlib', 'flax', 'optax', 'equinox'] },
  { id: 'tensorflow', label: 'TensorFlow', packages: ['tensorflow', 'tf-keras', 'tensorflow-gpu', 'keras'] },
];

/** Undefined where nothing names one. */
export function chooseFramework(
  facts: ProjectFacts,
  reasons: string[],
  notes: string[],
): Framework | undefined {
  const named = frameworks.flatMap(({ id, label, packages }) => {
    const found = packages
      .flatMap(name => facts.packages.filter(one => one.name === name))
      .sort((a, b) => Number(a.optional) - Number(b.optional))[0];
    return found === undefined ? [] : [{ id, label, found }];
  });
  const sure = named.filter(({ found }) => !found.optional);
  const [first, ...others] = sure.length > 0 ? sure : named;
  if (first !== undefined) {
    reasons.push(`${first.label}, because ${first.found.file} asks for ${described(first.found)}.`);
    for (const { label, found } of others)
      notes.push(`${found.file} asks for ${label}, too: it is installed with the project's packages.`);
    return first.id;
  }
  for (const { id, label, packages } of frameworks) {
    const module = packages.find(name => facts.imports.has(name));
    if (module === undefined) continue;
    reasons.push(
      `${label}, because ${facts.imports.get(module) ?? ''} imports ${module} (no list of packages names it).`,
    );
    return id;
  }
  reasons.push(
    facts.files.length === 0
      ? 'Python alone, because no file names the packages of this project.'
      : `Python alone, because ${listed(facts.files)} name${facts.files.length === 1 ? 's' : ''} no GPU framework.`,
  );
  return undefined;
}

function described({ name, specifier }: WantedPackage): string {
  return `${name}${specifier}`;
}
