/** The images that a devcontainer starts from, as its files name them. */
import { readFile } from 'node:fs/promises';
import { buildPlaces, type Devcontainer } from '../../devcontainer/readDevcontainer.ts';
import { dockerfileImages } from '../dockerfileImages.ts';

export interface BaseNames {
  /** As written, variables of the build resolved; each once. */
  readonly images: readonly { readonly ref: string; readonly platform?: string }[];
  /** What nobody but a build can tell, a sentence each. */
  readonly notes: readonly string[];
}

/** Never rejects: a Dockerfile that cannot be read names nothing. */
export async function baseImages(devcontainer: Devcontainer): Promise<BaseNames> {
  const { value, kind, config } = devcontainer;
  if (kind === 'compose')
    return {
      images: [],
      notes: [
        `${config} uses Compose: of the images that its services start from only the built one is locked.`,
      ],
    };
  const places = buildPlaces(devcontainer);
  if (places === undefined) {
    const { image = '' } = value;
    return image.includes('${')
      ? {
          images: [],
          notes: [`Which image ${image} is depends on this machine, so it is not locked by name.`],
        }
      : { images: [{ ref: image }], notes: [] };
  }
  const text = await readFile(places.dockerfile, 'utf8').catch(() => '');
  const { images, unresolved } = dockerfileImages(text, value.build?.args);
  const names = new Map(
    images.map(({ ref, platform }) => [ref, { ref, ...(platform === undefined ? {} : { platform }) }]),
  );
  return {
    images: [...names.values()],
    notes: unresolved.map(
      one => `Line ${one.line} of the Dockerfile names ${one.text}, which only its build can tell.`,
    ),
  };
}
