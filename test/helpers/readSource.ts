/** Feeds readers of sources as files that grow would, and gathers what they tell. */
import type { AppendedReader, RewrittenReader, SourceContent } from '../../src/tracking/sourceReader.ts';
import { noContent } from '../../src/tracking/sourceReader.ts';

/** One point a word: `loss@3=0.5`, with its rank `loss#1@3=0.5`. */
export function pointText(content: Pick<SourceContent, 'points'>): string {
  return content.points
    .map(({ key, rank, step, value }) => `${key}${rank === undefined ? '' : `#${rank}`}@${step}=${value}`)
    .join(' ');
}

/** @param cuts Places in the bytes where a piece ends; any order, any number. */
export function readInPieces(
  reader: AppendedReader,
  bytes: Uint8Array,
  cuts: readonly number[] = [],
): SourceContent {
  const contents: SourceContent[] = [];
  let from = 0;
  for (const to of [...cuts.filter(cut => cut < bytes.length).sort((a, b) => a - b), bytes.length]) {
    contents.push(reader.push(bytes.subarray(from, to), 1));
    from = to;
  }
  contents.push(reader.end(2));
  return joined(contents);
}

/** All that the reader tells of one content, piece after piece. */
export function readWhole(reader: RewrittenReader, content: Uint8Array, ended = false): SourceContent {
  const contents: SourceContent[] = [];
  do contents.push(reader.read(content, 1, ended));
  while (contents.at(-1)?.more === true);
  return joined(contents);
}

function joined(contents: readonly SourceContent[]): SourceContent {
  const name = contents.findLast(content => content.name !== undefined)?.name;
  return {
    ...noContent,
    points: contents.flatMap(content => content.points),
    parameters: Object.assign(
      {},
      ...contents.map(content => content.parameters),
    ) as SourceContent['parameters'],
    tags: Object.assign({}, ...contents.map(content => content.tags)) as SourceContent['tags'],
    media: contents.flatMap(content => content.media),
    problems: contents.flatMap(content => content.problems),
    ...(name === undefined ? {} : { name }),
  };
}
