/** Looks at many files, so many at once that the disk is busy and no limit of open files is met. */
export async function inBatches<T, R>(items: readonly T[], look: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(look))));
  return results;
}

const atOnce = 32;
