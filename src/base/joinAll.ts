/**
 * `Promise.all` for work that shares a folder or a file: it settles only after every part has, so that nothing is
 * still writing where the caller cleans up.
 *
 * @throws what the first part in the list that failed threw.
 */
export async function joinAll<T extends readonly unknown[] | []>(
  parts: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}
