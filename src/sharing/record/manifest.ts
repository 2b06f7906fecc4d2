/**
 * `manifest.json` of a shared record: what belongs to it, with size and hash of each file, and which files a record may
 * have at all. Both ends hold themselves to it: what is not named here is neither shared nor taken.
 */
import * as z from 'zod';
import { runIdSchema } from '../../runs/plan.ts';
import { hashOf } from './hashOf.ts';

export const manifestName = 'manifest.json';
export const manifestVersion = 1;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const gitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

export const manifestSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  id: runIdSchema,
  toolVersion: z.string().max(100),
  /** Who shared it first, and when; anybody can write anything here. */
  sharedBy: z.string().max(200).optional(),
  sharedAt: z.string().max(40).optional(),
  /** Tree of the files as they ran; a parent of the commit holds it. Absent where the code is not known. */
  snapshot: gitId.optional(),
  /** Child runs, whose records lie beside that of the run. */
  children: z.array(runIdSchema).max(200).default([]),
  /** By path in the commit, this file aside. */
  files: z.record(
    z.string(),
    z.looseObject({
      sha256: hash,
      size: z.int().nonnegative(),
      /** Of what was said about the run: who brought it here first, '' for nobody named; each who pushes signs theirs. */
      by: z.string().max(200).optional(),
    }),
  ),
});
export type Manifest = z.infer<typeof manifestSchema>;

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Of one shared record: more is no record of ours. */
export const recordLimits = {
  files: 5000,
  totalBytes: 128 * mebibyte,
  manifestBytes: 4 * mebibyte,
  /** Of what git says of its files, see {@link listingBytesOf}. */
  listingBytes: 2 * mebibyte,
} as const;

/** At most, what git says of one file in the listing of a commit, and its manifest. */
export function listingBytesOf(path: string): number {
  return 160 + Buffer.byteLength(path);
}

/** Bytes of the end of a log that are shared. */
export const logTailBytes = 64 * kibibyte;

const ulid = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const kinds: readonly { readonly name: RegExp; readonly bytes: number }[] = [
  { name: /^plan\.json$/, bytes: 8 * mebibyte },
  { name: /^captured\.json$/, bytes: 32 * mebibyte },
  { name: /^result\.json$/, bytes: 32 * mebibyte },
  { name: /^packages\.json$/, bytes: 8 * mebibyte },
  { name: /^metrics\.bin$/, bytes: 64 * mebibyte },
  { name: /^reported\.jsonl$/, bytes: 8 * mebibyte },
  { name: /^(?:stdout|stderr)\.log$/, bytes: 256 * kibibyte },
  { name: /^stdin$/, bytes: 8 * mebibyte },
  { name: new RegExp(`^annotations/${ulid}\\.json$`), bytes: mebibyte },
  { name: new RegExp(`^(?:verdicts|probes|causes)/${ulid}\\.json$`), bytes: 8 * mebibyte },
  { name: /^media\.jsonl$/, bytes: 8 * mebibyte },
];

/** Files that the program kept, by names of its own; never read but by who looks at them. */
const keptFolders = /^(?:media|artifacts|models)\//;
const keptFileBytes = 64 * mebibyte;
/** No way out of its folder, nothing that git or a file system takes for something else (devices of Windows too), nothing that does not show. */
const keptPart =
  /^(?!\.{1,2}$)(?!\.git|git~\d)(?!(?:con|prn|aux|nul|con(?:in|out)\$|(?:com|lpt)[\d¹²³]) *(?:\.|$))(?!.*[. ]$)[^\\:*?"<>|\p{C}\p{Zl}\p{Zp}]{1,200}$/iu;

/** What is said about a run after it has ended: the only files that a record may get later. */
export const addedLater = /^(?:annotations|verdicts|probes|causes)\//;

/**
 * The part of a manifest that tells of `files`.
 * @param by Who said a statement, by its path in the commit.
 */
export function describeFiles(
  files: Iterable<readonly [path: string, bytes: Buffer]>,
  by: (path: string) => string,
): Manifest['files'] {
  return Object.fromEntries(
    [...files].map(([path, bytes]) => {
      const signed = addedLater.test(recordFileOf(path)?.name ?? '') ? { by: by(path).slice(0, 200) } : {};
      return [path, { sha256: hashOf(bytes), size: bytes.length, ...signed }];
    }),
  );
}

/** A path in the commit as the run whose file it is and the name of that file; undefined for what no record has. */
export function recordFileOf(
  path: string,
): { readonly child: string | undefined; readonly name: string; readonly maxBytes: number } | undefined {
  const match = new RegExp(`^(?:record|children/(${ulid}))/(.+)$`, 's').exec(path);
  const name = match?.[2] ?? '';
  if (isKeptFile(name))
    return name.length <= 800 && name.split('/').every(part => keptPart.test(part))
      ? { child: match?.[1], name, maxBytes: keptFileBytes }
      : undefined;
  const kind = kinds.find(one => one.name.test(name));
  return kind === undefined ? undefined : { child: match?.[1], name, maxBytes: kind.bytes };
}

/** @param name In the run folder. Its content is the program's, whatever its name says. */
export function isKeptFile(name: string): boolean {
  return keptFolders.test(name);
}

/** The path in the commit of a file of the run (without `child`), or of one of its child runs. */
export function recordPathOf(name: string, child?: string): string {
  return child === undefined ? `record/${name}` : `children/${child}/${name}`;
}
