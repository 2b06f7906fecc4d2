/** What a person who gave a script without its interpreter probably meant. By the name alone. */
import { extname } from 'node:path';
import { formatCommand } from '../base/runCommand.ts';

const interpreters: Readonly<Record<string, string>> = {
  '.py': 'python',
  '.sh': 'sh',
  '.r': 'Rscript',
  '.jl': 'julia',
  '.js': 'node',
  '.mjs': 'node',
};

/** `python train.py --lr 0.1` for `train.py --lr 0.1`; undefined where the first word is no script. */
export function scriptCommand([script = '', ...args]: readonly string[]): string | undefined {
  const interpreter = interpreters[extname(script).toLowerCase()];
  return interpreter === undefined ? undefined : formatCommand(interpreter, [script, ...args]);
}
