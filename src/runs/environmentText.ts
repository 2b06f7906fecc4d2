/** An environment in the words of a list: `host`, `devcontainer my-project, image 99dc737b0d3f`. */
import type { EnvironmentIdentity } from './plan.ts';

export function environmentText({ kind, container }: EnvironmentIdentity): string {
  if (container === undefined) return kind;
  const { name } = container;
  return [name === undefined ? kind : `${kind} ${name}`, imageText(container.imageId)]
    .filter(part => part !== '')
    .join(', ');
}

/** Twelve digits tell images apart, as engines show them. */
export function imageText(id: string): string {
  const digits = id.replace(/^sha256:/, '').slice(0, 12);
  return digits === '' ? '' : `image ${digits}`;
}
