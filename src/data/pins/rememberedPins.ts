/**
 * The form of what the caches of pins hold. They lie in the repository, so that somebody else can have put them
 * there: what comes from them passes the same rules as what comes from a pin file.
 */
import * as z from 'zod';
import { pinPath } from './pinPath.ts';
import type { PinFileContent } from './readPinFile.ts';
import { isInnerPath } from './readOutput.ts';

const path = z.string().refine(text => {
  const place = pinPath('', '.', text);
  return 'path' in place && place.path === text;
});
const count = z.int().nonnegative().optional();
const md5 = z.string().regex(/^[0-9a-f]{32}$/);

const cloudFile = z.strictObject({
  relativePath: z.string().refine(text => text === '' || isInnerPath(text)),
  md5: md5.optional(),
  size: count,
  executable: z.boolean(),
  remote: z.string(),
  versionId: z.string().optional(),
  etag: z.string().optional(),
});

const output = z.strictObject({
  path,
  pinFile: path,
  stage: z.string().optional(),
  object: z
    .strictObject({
      algorithm: z.enum(['md5', 'md5-dos2unix']),
      value: z.string().regex(/^[0-9a-f]{32}(?:\.dir)?$/),
    })
    .optional(),
  size: count,
  files: count,
  executable: z.boolean(),
  cached: z.boolean(),
  push: z.boolean(),
  remote: z.string().optional(),
  persist: z.boolean(),
  imported: z
    .strictObject({ from: z.string(), path: z.string().optional(), revision: z.string().optional() })
    .optional(),
  cloudFiles: z.array(cloudFile).optional(),
});

const content = z.strictObject({
  outputs: z.array(output),
  problems: z.array(
    z.strictObject({
      path: z.string(),
      line: count,
      column: count,
      what: z.string(),
    }),
  ),
});

/** Undefined for anything that no reader of pin files can have said. */
export function rememberedPins(remembered: unknown): PinFileContent | undefined {
  const read = content.safeParse(remembered);
  return read.success ? (read.data as PinFileContent) : undefined;
}
