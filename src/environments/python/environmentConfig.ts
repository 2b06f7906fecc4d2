/** `pyvenv.cfg`: what a virtual environment says of itself. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface EnvironmentConfig {
  readonly prefix: string;
  /** Lower-case keys of pyvenv.cfg. */
  readonly values: ReadonlyMap<string, string>;
}

/** `pyvenv.cfg` beside or above the interpreter; undefined when it belongs to no virtual environment. */
export async function readEnvironmentConfig(interpreter: string): Promise<EnvironmentConfig | undefined> {
  for (const prefix of [dirname(interpreter), dirname(dirname(interpreter))]) {
    const text = await readFile(join(prefix, 'pyvenv.cfg'), 'utf8').catch(() => undefined);
    if (text !== undefined) return { prefix, values: parseEnvironmentConfig(text) };
  }
  return undefined;
}

/** Lines that are no `key = value` are passed over, as Python does. */
export function parseEnvironmentConfig(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key.toLowerCase(), value);
  }
  return values;
}
