/** Many small annotations make one state: later ones win field by field. */
import type { Annotation } from './annotation.ts';

/** Who brought an annotation with a shared run, as brought.json of the reader says; absent for one made here. */
export type ReadAnnotation = Annotation & { readonly broughtBy?: string };

export interface MergedAnnotations {
  /** Undefined: nobody said anything, the plan's name holds. Null: the name was taken away. */
  readonly name?: string | null;
  readonly note?: string | null;
  /** Tag → whether it was last added or removed. */
  readonly tags: ReadonlyMap<string, boolean>;
  readonly star?: boolean;
  readonly archived?: boolean;
  /** Of what stands now and was not said here: who brought it, '' where nobody says. */
  readonly broughtBy?: BroughtAnnotations;
}

export interface BroughtAnnotations {
  readonly name?: string;
  readonly note?: string;
  /** By tag; those that stand alone. */
  readonly tags: ReadonlyMap<string, string>;
}

/** @param annotations In the order of their file names. */
export function mergeAnnotations(annotations: readonly ReadAnnotation[]): MergedAnnotations {
  const tags = new Map<string, boolean>();
  const brought: { name?: string | undefined; note?: string | undefined } = {};
  const broughtTags = new Map<string, string | undefined>();
  const merged: { -readonly [K in keyof MergedAnnotations]?: MergedAnnotations[K] } = {};
  for (const annotation of annotations) {
    const { broughtBy } = annotation;
    if (annotation.name !== undefined) {
      merged.name = annotation.name;
      brought.name = broughtBy;
    }
    if (annotation.note !== undefined) {
      merged.note = annotation.note;
      brought.note = broughtBy;
    }
    if (annotation.star !== undefined) merged.star = annotation.star;
    if (annotation.archived !== undefined) merged.archived = annotation.archived;
    for (const tag of annotation.removeTags ?? []) tags.set(tag, false);
    for (const tag of annotation.addTags ?? []) {
      tags.set(tag, true);
      broughtTags.set(tag, broughtBy);
    }
  }
  const named = [...broughtTags].flatMap(([tag, by]): [string, string][] =>
    by === undefined || tags.get(tag) !== true ? [] : [[tag, by]],
  );
  const { name, note } = brought;
  if (name === undefined && note === undefined && named.length === 0) return { ...merged, tags };
  const broughtBy = {
    ...(name === undefined ? {} : { name }),
    ...(note === undefined ? {} : { note }),
    tags: new Map(named),
  };
  return { ...merged, tags, broughtBy };
}
