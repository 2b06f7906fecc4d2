/** The ending of the file that keeps a piece of media, by its media type; undefined for a type that is not known. */
export function mediaEnding(mediaType: string | undefined): string | undefined {
  return mediaType === undefined ? undefined : endings.get(mediaType);
}

const endings = new Map([
  ['image/png', '.png'],
  ['image/jpeg', '.jpg'],
  ['image/gif', '.gif'],
  ['image/webp', '.webp'],
  ['image/bmp', '.bmp'],
  ['image/svg+xml', '.svg'],
  ['application/json', '.json'],
  ['text/csv', '.csv'],
  ['text/html', '.html'],
  ['text/plain', '.txt'],
]);
