/** The words that run a script: Python by the interpreter, what names its own program by that, the rest by a shell. */
import { open } from 'node:fs/promises';
import { extname, isAbsolute, relative, sep } from 'node:path';
import { noInterpreter } from './errors.ts';

/** `path` is written relative to `cwd` where it lies below. Throws `no-interpreter` for Python without one. */
export async function fileCommand(
  path: string,
  cwd: string,
  interpreter: string | undefined,
): Promise<readonly string[]> {
  const inside = relative(cwd, path);
  const script = inside.startsWith('..') || isAbsolute(inside) ? path : inside.split(sep).join('/');
  if (['.py', '.pyw'].includes(extname(path))) {
    if (interpreter === undefined) throw noInterpreter();
    return [interpreter, script];
  }
  const [program, ...args] = await firstLineCommand(path);
  return program === undefined ? ['sh', script] : [program, ...args, script];
}

/** `#!/usr/bin/env -S bash -e` gives bash, -e. */
async function firstLineCommand(path: string): Promise<string[]> {
  const handle = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    const line = buffer.subarray(0, bytesRead).toString('utf8').split(/\r?\n/, 1)[0] ?? '';
    if (!line.startsWith('#!')) return [];
    const words = line.slice(2).trim().split(/\s+/);
    if (!/(^|\/)env$/.test(words[0] ?? '')) return words;
    return words.slice(words[1] === '-S' ? 2 : 1);
  } finally {
    await handle.close();
  }
}
