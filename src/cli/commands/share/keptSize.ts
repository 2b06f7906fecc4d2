/** `--max-size` and `--without-artifacts` of the share commands: which images, artifacts and models go along. */
import { keptFileBytes, mostKeptFileBytes } from '../../../sharing/record/keptSizes.ts';
import { wrongUse } from '../../errors.ts';

const mebibyte = 1024 * 1024;

export const maxSizeOption = [
  '--max-size <size>',
  `images, artifacts and files of models up to this size each go along, as 500K or 20M; ${keptFileBytes / mebibyte}M unless said, ${mostKeptFileBytes / mebibyte}M at most`,
] as const;
export const withoutArtifactsOption = [
  '--without-artifacts',
  'without images, artifacts and logged models',
] as const;

/** In bytes; undefined for the usual. Throws for what is no size. */
export function keptSizeOf(
  flags: { readonly maxSize?: string; readonly withoutArtifacts?: boolean },
  command: string,
): number | undefined {
  if (flags.withoutArtifacts === true) return 0;
  if (flags.maxSize === undefined) return undefined;
  const [, number = '', unit = ''] =
    /^(\d{1,9}(?:\.\d+)?)\s*(|[KM])(?:i?B)?$/i.exec(flags.maxSize.trim()) ?? [];
  const bytes = Number(number) * ({ '': 1, K: 1024, M: mebibyte }[unit.toUpperCase()] ?? NaN);
  if (number === '' || bytes > mostKeptFileBytes)
    throw wrongUse(
      `--max-size takes a size up to ${mostKeptFileBytes / mebibyte}M, as 500K or 20M, not ${flags.maxSize}`,
      `lockstep ${command}`,
    );
  return Math.floor(bytes);
}
