/**
 * The mark that distributed launchers put before every line of a worker: torchrun `[default0]:` and `[rank0]:`,
 * Open MPI `[1,0]<stdout>:`, and the `[Rank 0]` that people write themselves.
 */
const forms = [
  /^\[(?:rank|default|trainer|worker)(?<rank>\d{1,6})\]:\s?/i,
  /^\[(?:rank|default|trainer|worker)\d{1,6}:(?<rank>\d{1,6})\]:\s?/i,
  /^\[\d{1,6},(?<rank>\d{1,6})\]<std(?:out|err)>:\s?/,
  /^\[rank[ :=]\s?(?<rank>\d{1,6})\]:?\s?/i,
  /^rank[ :=]\s?(?<rank>\d{1,6})\s?[:|\]]\s?/i,
];

/** Takes the prefix off, when there is one. */
export function splitLauncherPrefix(line: string): { readonly rank?: number; readonly rest: string } {
  const first = line.charCodeAt(0);
  if (first !== 0x5b && first !== 0x72 && first !== 0x52) return { rest: line };
  for (const form of forms) {
    const found = form.exec(line);
    if (found !== null) return { rank: Number(found.groups?.['rank']), rest: line.slice(found[0].length) };
  }
  return { rest: line };
}
