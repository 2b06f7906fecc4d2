/**
 * Fills `{0}`, `{1}`, … of a translated sentence. Values are put in as they are and never looked at again, so a
 * value that contains `{1}` does no harm.
 */
export function formatString(template: string, ...values: readonly (string | number)[]): string {
  return template.replace(/\{(\d+)\}/g, (whole, index: string) => {
    const value = values[Number(index)];
    return value === undefined ? whole : String(value);
  });
}
