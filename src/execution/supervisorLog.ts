/** What a supervisor says about its own work: lines in `supervisor.log`, and warnings that go into the result. */

import { openSync, writeSync } from 'node:fs';

export interface SupervisorLog {
  /** One line with the time since the supervisor's start. */
  note(text: string): void;
  /** Noted and kept, once for each text. */
  warn(text: string): void;
  readonly warnings: readonly string[];
}

const mostWarnings = 50;

/** Appends to `path`; without it to standard error, which the launcher led to the file. */
export function supervisorLog(path?: string): SupervisorLog {
  const descriptor = path === undefined ? 2 : openLog(path);
  const warnings: string[] = [];
  const note = (text: string): void => {
    try {
      writeSync(descriptor, `${new Date().toISOString()} +${performance.now().toFixed(0)}ms ${text}\n`);
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

function openLog(path: string): number {
  try {
    return openSync(path, 'a');
  } catch {
    return 2;
  }
}
