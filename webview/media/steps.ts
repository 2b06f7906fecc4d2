/** Places on a slider: indexes into ascending steps. */

/** The index of the nearest step, the earlier of two; of null the last. */
export function nearestStepIndex(steps: Float64Array, wanted: number | null): number {
  if (wanted === null) return steps.length - 1;
  let nearest = 0;
  for (let i = 1; i < steps.length; i++)
    if (Math.abs((steps[i] ?? NaN) - wanted) < Math.abs((steps[nearest] ?? NaN) - wanted)) nearest = i;
  return nearest;
}

/** Where a key leads from a place: one step with an arrow, a tenth of all with page up and down; undefined for others. */
export function indexAfterKey(key: string, index: number, count: number): number | undefined {
  const leap = Math.max(1, Math.round(count / 10));
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(count - 1, index + 1);
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, index - 1);
    case 'PageUp':
      return Math.min(count - 1, index + leap);
    case 'PageDown':
      return Math.max(0, index - leap);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
