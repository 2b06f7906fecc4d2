/** The edge where errors become messages and exit codes. */
import { LockstepError } from '../base/lockstepError.ts';
import { errorText } from '../base/systemError.ts';
import { isDiskFull } from '../base/isDiskFull.ts';
import { noRoom } from './errors.ts';
import { exitCodes } from './cliContext.ts';
import type { ErrorOutput } from './output/errorOutput.ts';
import { jsonText } from './output/jsonText.ts';
import { printableLines } from './text/printable.ts';
import type { Terminal } from './terminal.ts';

/** Says what failed, why and what to do on standard error, with `json` also as a document; returns the exit code. */
export function reportError(error: unknown, terminal: Terminal, json: boolean): number {
  const known =
    error instanceof LockstepError ? error : isDiskFull(error) ? noRoom(errorText(error), error) : undefined;
  const message = known?.message ?? `This should not have happened: ${errorText(error)}`;
  terminal.err(`${terminal.paintErr('red', 'lockstep:')} ${printableLines(message)}\n`);
  const cause = known?.cause;
  if (cause instanceof Error && cause.message !== '' && !message.includes(cause.message))
    terminal.err(`  ${printableLines(cause.message)}\n`);
  if (known?.mend !== undefined) terminal.err(`  ${printableLines(known.mend)}\n`);
  if (known === undefined && error instanceof Error && error.stack !== undefined)
    terminal.err(`${terminal.paintErr('dim', printableLines(error.stack))}\n`);
  if (json) {
    const document: ErrorOutput = {
      schemaVersion: 1,
      error: {
        code: known?.code ?? 'unexpected',
        message,
        ...(known?.mend === undefined ? {} : { mend: known.mend }),
      },
    };
    terminal.out(jsonText(document));
  }
  return known?.kind === 'usage' ? exitCodes.wrongUse : exitCodes.impossible;
}
