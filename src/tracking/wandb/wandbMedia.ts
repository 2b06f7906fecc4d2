/** Media in a history record of W&B: the record tells their kind and where their files lie below the run's `files`. */
import { histogramOfEdges } from '../histogramOfEdges.ts';
import type { Histogram } from '../../runs/media.ts';
import { boundedKey } from '../metricNames.ts';
import { mediaTypeOf } from '../files/mediaTypes.ts';
import { safeRelativePath } from '../files/safeRelativePath.ts';
import type { MediaPiece } from '../sourceReader.ts';

const mostFiles = 1000;
const mostBuckets = 10_000;
/** @param fields As wandb names them, `_type` among them. Nothing for a kind without a file that is not known here. */
export function wandbMedia(
  key: string,
  fields: Readonly<Record<string, unknown>>,
  place: { readonly step: number; readonly time: number },
): MediaPiece[] {
  const type = fields['_type'];
  if (typeof type !== 'string') return [];
  if (type === 'histogram') {
    const histogram = histogramOf(fields);
    return histogram === undefined ? [] : [{ kind: 'histogram', key: boundedKey(key), ...place, histogram }];
  }
  const kind = type.startsWith('image') ? 'image' : type.startsWith('table') ? 'table' : 'file';
  const size = { ...numberField('width', fields['width']), ...numberField('height', fields['height']) };
  const piece = (path: unknown, name: string): MediaPiece[] => {
    const file = typeof path === 'string' ? safeRelativePath(path) : undefined;
    if (file === undefined) return [];
    const mediaType = mediaTypeOf(file);
    return [
      {
        kind,
        key: boundedKey(name),
        ...place,
        file,
        ...(mediaType === undefined ? {} : { mediaType }),
        ...(kind === 'image' ? size : {}),
      },
    ];
  };
  const { filenames } = fields;
  if (!Array.isArray(filenames)) return piece(fields['path'], key);
  // Several pictures under one key and step are told apart by their place.
  return filenames.slice(0, mostFiles).flatMap((path, index) => piece(path, `${key}/${index}`));
}

function numberField(name: 'width' | 'height', value: unknown): { width?: number; height?: number } {
  return typeof value === 'number' && Number.isFinite(value) ? { [name]: value } : {};
}

/** Counts, and either the edges between which they lie or the first edge and the width of all. */
function histogramOf(fields: Readonly<Record<string, unknown>>): Histogram | undefined {
  const edges = numbers(fields['bins']) ?? packedEdges(fields['packedBins']);
  return histogramOfEdges(edges, numbers(fields['values']));
}

function packedEdges(value: unknown): number[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { min, size, count } = value as Readonly<Record<string, unknown>>;
  if (typeof min !== 'number' || typeof size !== 'number' || typeof count !== 'number') return undefined;
  if (!(count > 0 && count <= mostBuckets)) return undefined;
  return Array.from({ length: Math.floor(count) + 1 }, (_, index) => min + index * size);
}

function numbers(value: unknown): number[] | undefined {
  if (!Array.isArray(value) || value.length > mostBuckets) return undefined;
  return value.every(entry => typeof entry === 'number' && Number.isFinite(entry)) ? value : undefined;
}
