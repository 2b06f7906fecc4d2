/**
 * The text that git holds instead of a Git LFS file. Reads what git-lfs reads, writes what git-lfs writes.
 * Source: git-lfs `docs/spec.md`, `lfs/pointer.go`.
 */

export interface LfsPointer {
  /** 64 lower-case hexadecimal digits: the sha256 of the content. */
  readonly oid: string;
  /** Bytes of the content. */
  readonly size: number;
  /** Programs that the content went through, in order; only git-lfs can take their work back. */
  readonly extensions: readonly LfsExtension[];
  /** Byte for byte what git-lfs would write: otherwise it would write another text for the same content. */
  readonly canonical: boolean;
}

export interface LfsExtension {
  readonly name: string;
  /** 0 to 9, no number twice. */
  readonly priority: number;
  readonly oid: string;
}

/** Blobs of this size and more are content, whatever they begin with. */
export const pointerLimit = 1024;

/** Undefined when the bytes are no pointer. An empty file stands for itself: it is no pointer either. */
export function readLfsPointer(bytes: Uint8Array): LfsPointer | undefined {
  if (bytes.length === 0 || bytes.length >= pointerLimit) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (!/git-media|hawser|git-lfs/.test(text)) return undefined;
  const values: string[] = [];
  const extensions: LfsExtension[] = [];
  for (const line of text.trim().split('\n')) {
    const [key = '', ...rest] = line.replace(/\r$/, '').split(' ');
    const value = rest.join(' ');
    if (key === '') continue;
    if (values.length >= keys.length) return undefined;
    if (key === keys[values.length]) {
      values.push(value);
      continue;
    }
    const extension = readExtension(key, value);
    if (extension === undefined || extensions.some(one => one.priority === extension.priority))
      return undefined;
    extensions.push(extension);
  }
  const [version = '', oidText = '', sizeText = ''] = values;
  const oid = /^sha256:([0-9a-f]{64})$/.exec(oidText)?.[1];
  const size = /^\+?\d{1,16}$/.test(sizeText) ? Number(sizeText) : Number.NaN;
  if (!versions.includes(version) || oid === undefined || !Number.isSafeInteger(size)) return undefined;
  extensions.sort((one, other) => one.priority - other.priority);
  return { oid, size, extensions, canonical: pointerText(oid, size, extensions) === text };
}

/** The one text that git-lfs writes for this content; nothing for an empty file. */
export function lfsPointerText(pointer: Pick<LfsPointer, 'oid' | 'size' | 'extensions'>): string {
  return pointer.size === 0 ? '' : pointerText(pointer.oid, pointer.size, pointer.extensions);
}

function pointerText(oid: string, size: number, extensions: readonly LfsExtension[]): string {
  return [
    `version ${versions[0] ?? ''}\n`,
    ...extensions.map(one => `ext-${one.priority}-${one.name} sha256:${one.oid}\n`),
    `oid sha256:${oid}\nsize ${size}\n`,
  ].join('');
}

const keys = ['version', 'oid', 'size'] as const;

/** The first is written, the others are of the years before 2015. */
const versions = [
  'https://git-lfs.github.com/spec/v1',
  'https://hawser.github.com/spec/v1',
  'http://git-media.io/v/2',
];

function readExtension(key: string, value: string): LfsExtension | undefined {
  const match = /^ext-(\d)-(\w+)$/.exec(key);
  const oid = /^sha256:([0-9a-f]{64})$/.exec(value)?.[1];
  if (match === null || oid === undefined) return undefined;
  return { priority: Number(match[1]), name: match[2] ?? '', oid };
}
