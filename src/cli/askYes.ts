/** Asks a person whether to go on. Where nobody can be asked, only `--yes` goes on. */
import { createInterface } from 'node:readline';
import type { CliContext } from './cliContext.ts';
import { confirmationNeeded } from './errors.ts';

/**
 * @param question Without `[y/N]`.
 * @param yes `--yes` was given.
 * @param what In words for whoever cannot be asked: `14 trials`.
 * Rejects with `confirmation-needed` without a terminal. Anything but y or yes is a no.
 */
export async function askYes(
  question: string,
  { terminal }: CliContext,
  { yes, what }: { readonly yes: boolean; readonly what: string },
): Promise<boolean> {
  if (yes) return true;
  if (!terminal.interactive || !terminal.liveErr) throw confirmationNeeded(what);
  terminal.err(`${question} [y/N] `);
  const reader = createInterface({ input: process.stdin });
  const answer = await new Promise<string>(resolve => {
    reader.once('line', resolve);
    reader.once('close', () => resolve(''));
  });
  reader.close();
  return /^y(es)?$/i.test(answer.trim());
}
