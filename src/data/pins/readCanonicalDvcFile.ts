/**
 * The shape that nearly every `.dvc` file has, read without a YAML parser: one output, one key a line, plain values.
 * Invariant: it says what `readDvcFile` says, or nothing; thousands of pins load in milliseconds by it.
 */
import type { PinnedOutput } from '../pinnedOutput.ts';
import { scalarKind } from '../yaml/scalarKind.ts';
import { pinPath } from './pinPath.ts';

const shape = /^outs:\n- ([a-z0-9]+): (\S[^\n]*)\n((?: {2}[a-z0-9]+: [^\n]+\n)*)$/;

/** Undefined where the file has another shape. */
export function readCanonicalDvcFile(text: string, path: string): PinnedOutput | undefined {
  if (text.length > 4096) return undefined;
  const match = shape.exec(text);
  if (match === null) return undefined;
  const found: Record<string, string> = { [match[1] ?? '']: match[2] ?? '' };
  let keys = 1;
  for (const line of (match[3] ?? '').split('\n')) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    found[line.slice(2, colon)] = line.slice(colon + 2);
    keys += 1;
  }
  const { md5, size, nfiles, hash, isexec, path: written, ...others } = found;
  if (Object.keys(others).length > 0 || Object.keys(found).length !== keys) return undefined;
  if (written === undefined || md5 === undefined || !/^[0-9a-f]{32}(?:\.dir)?$/.test(md5)) return undefined;
  if ((hash !== undefined && hash !== 'md5') || (isexec !== undefined && isexec !== 'true')) return undefined;
  if (!isCount(size) || !isCount(nfiles) || !isPlainPath(written)) return undefined;
  const place = pinPath(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '', '.', written);
  if ('refused' in place || path === place.path || path.startsWith(`${place.path}/`)) return undefined;
  return {
    path: place.path,
    pinFile: path,
    object: { algorithm: hash === 'md5' ? 'md5' : 'md5-dos2unix', value: md5 },
    ...(size === undefined ? {} : { size: Number(size) }),
    ...(nfiles === undefined ? {} : { files: Number(nfiles) }),
    executable: isexec === 'true',
    cached: true,
    push: true,
    persist: false,
  };
}

function isCount(text: string | undefined): boolean {
  return text === undefined || /^(?:0|[1-9]\d{0,14})$/.test(text);
}

/** Letters, digits and what no YAML reader gives a meaning to, and not a number or a word with one. */
function isPlainPath(text: string): boolean {
  return (
    /^[\p{L}\p{N}_./-][\p{L}\p{N}\p{M}_./+=@()-]*(?: [\p{L}\p{N}\p{M}_./+=@()-]+)*$/u.test(text) &&
    !/^(?:-(?:$| )|---|\.\.\.)/.test(text) &&
    scalarKind(text) === 'text'
  );
}
