/** The VSIX as users get it, packed from dist/ once per process. */
import { tmpdir } from 'node:os';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { packExtension } from '../../scripts/packaging/packExtension.ts';

let packed: Promise<string> | undefined;

/** Absolute path of the file, in the system's temporary folder. */
export function packedExtension(): Promise<string> {
  packed ??= mkdtemp(join(tmpdir(), 'vsix-')).then(packExtension);
  return packed;
}
