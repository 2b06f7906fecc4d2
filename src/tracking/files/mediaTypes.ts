/** Kinds of files that tracking libraries log beside metrics, by their ending. */
const types = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['bmp', 'image/bmp'],
  ['svg', 'image/svg+xml'],
  ['json', 'application/json'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
  ['txt', 'text/plain'],
  ['md', 'text/plain'],
]);

/** As `image/png`; undefined for an ending that is not known. */
export function mediaTypeOf(path: string): string | undefined {
  return types.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}
