/** The label `devcontainer.metadata` of an image or a container: what every tool merges in (containers.dev, "Image Metadata"). */
import * as z from 'zod';

export const metadataLabel = 'devcontainer.metadata';

const entriesSchema = z.array(
  z.looseObject({
    remoteUser: z.string().optional(),
    containerUser: z.string().optional(),
    remoteEnv: z.record(z.string(), z.string().nullable()).optional(),
  }),
);
export type MetadataEntry = z.infer<typeof entriesSchema>[number];

export interface ImageMetadata {
  readonly remoteUser: string | undefined;
  /** Not yet with variables replaced; null takes a variable away. */
  readonly remoteEnv: Readonly<Record<string, string | null>>;
}

/** Of several entries the last one wins. */
export function readMetadata(label: string | undefined): ImageMetadata {
  const entries = metadataEntries(label);
  const last = (name: 'remoteUser' | 'containerUser'): string | undefined =>
    entries.map(entry => entry[name]).findLast(value => value !== undefined);
  return {
    remoteUser: last('remoteUser') ?? last('containerUser'),
    remoteEnv: Object.assign(
      {},
      ...entries.map(entry => entry.remoteEnv ?? {}),
    ) as ImageMetadata['remoteEnv'],
  };
}

/** In their order. A label that cannot be read, as somebody else may have written it, says nothing. */
export function metadataEntries(label: string | undefined): MetadataEntry[] {
  try {
    const value: unknown = JSON.parse(label ?? '[]');
    return entriesSchema.safeParse(Array.isArray(value) ? value : [value]).data ?? [];
  } catch {
    return [];
  }
}
