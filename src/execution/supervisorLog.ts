/** What a supervisor says about its own work: lines in `supervisor.log`, and warnings that go into the result. */

import { writeSync } from 'node:fs';

export interface SupervisorLog {
  /** One line with the time since the supervisor's start. */
  note(text: string): void;
  /** Noted and kept, once for each text. */
  warn(text: string): void;
  readonly warnings: readonly string[];
}

const mostWarnings = 50;

/** Writes to standard error, which the launcher led to the file. */
export function supervisorLog(): SupervisorLog {
  const warnings: string[] = [];
  const note = (text: string): void => {
    try {
      writeSync(2, `${new Date().toISOString()} +${performance.now().toFixed(0)}ms ${text}\n`);
    } catch {
      // A full disk silences the log, no more.
    }
  };
  return {
    warnings,
    note,
    warn(text: string): void {
      if (warnings.includes(text)) return;
      if (warnings.length < mostWarnings) warnings.push(text);
      note(`warning: ${text}`);
    },
  };
}
