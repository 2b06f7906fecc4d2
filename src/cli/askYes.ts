/** Asks a person whether to go on. Where nobody can be asked, only `--yes` goes on. */
import { createInterface } from 'node:readline';
import type { CliContext } from './cliContext.ts';
import type { Terminal } from './terminal.ts';
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
  return (await askPerson(question, terminal)) === 'yes';
}

/** `left`: by Ctrl-C, or at the end of the input. */
export type Answer = 'yes' | 'no' | 'left';

/** Asks on standard error. Whoever hears SIGINT besides is told of Ctrl-C, too. @param question Without `[y/N]`. */
export async function askPerson(question: string, terminal: Pick<Terminal, 'err'>): Promise<Answer> {
  terminal.err(`${question} [y/N] `);
  const reader = createInterface({ input: process.stdin });
  // The line is the terminal's to edit, so Ctrl-C is a signal to this process, and readline does not see it.
  const leave = (): void => reader.close();
  process.once('SIGINT', leave);
  try {
    const answer = await new Promise<string | undefined>(resolve => {
      reader.once('line', resolve);
      reader.once('close', () => resolve(undefined));
    });
    // What comes next begins on a line of its own.
    if (answer === undefined) terminal.err('\n');
    if (answer === undefined) return 'left';
    return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
  } finally {
    process.off('SIGINT', leave);
    reader.close();
  }
}
