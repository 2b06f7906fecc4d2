/** Runs jobs a few at a time, each as soon as there is room, in the order given. */

/**
 * @param lanes How many run at once, 1 or more.
 * @returns What they resolve with, in the order of the jobs. Rejects with the first failure, after those under way have
 *   come to their end; none is begun after it.
 */
export async function inLanes<T>(jobs: readonly (() => Promise<T>)[], lanes: number): Promise<T[]> {
  const results: T[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; failures.length === 0; at = next++) {
      const job = jobs[at];
      if (job === undefined) return;
      try {
        results[at] = await job();
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
