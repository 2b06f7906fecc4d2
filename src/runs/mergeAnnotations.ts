/** Many small annotations make one state: later ones win field by field. */
import type { Annotation } from './annotation.ts';

export interface MergedAnnotations {
  /** Undefined: nobody said anything, the plan's name holds. Null: the name was taken away. */
  readonly name?: string | null;
  readonly note?: string | null;
  /** Tag → whether it was last added or removed. */
  readonly tags: ReadonlyMap<string, boolean>;
  readonly star?: boolean;
  readonly archived?: boolean;
}

/** @param annotations In the order of their file names. */
export function mergeAnnotations(annotations: readonly Annotation[]): MergedAnnotations {
  const tags = new Map<string, boolean>();
  const merged: { -readonly [K in keyof MergedAnnotations]?: MergedAnnotations[K] } = {};
  for (const annotation of annotations) {
    if (annotation.name !== undefined) merged.name = annotation.name;
    if (annotation.note !== undefined) merged.note = annotation.note;
    if (annotation.star !== undefined) merged.star = annotation.star;
    if (annotation.archived !== undefined) merged.archived = annotation.archived;
    for (const tag of annotation.removeTags ?? []) tags.set(tag, false);
    for (const tag of annotation.addTags ?? []) tags.set(tag, true);
  }
  return { ...merged, tags };
}
