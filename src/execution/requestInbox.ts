/**
 * Reads `requests/` of a run as they come. Each is acknowledged by a file of the supervisor's own beside it,
 * `<request>.done`, so that the one who asked can tell that somebody listens.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requestSchema } from '../runs/annotation.ts';
import type { RunRequest } from '../runs/annotation.ts';
import { watchFolder } from './watchFolder.ts';
import type { FolderWatch } from './watchFolder.ts';

export const acknowledgedSuffix = '.done';

export interface RequestInbox {
  close(): void;
}

export interface RequestInboxOptions {
  readonly onRequest: (request: RunRequest) => void;
  readonly onProblem: (error: unknown) => void;
  /** Requests that an earlier supervisor acknowledged are heard again: it may have died while it did what was asked. */
  readonly again?: boolean;
}

/** Calls `onRequest` once for each request, those from before the start included; damaged ones are passed over. */
export function openRequestInbox(
  folder: string,
  { onRequest, onProblem, again }: RequestInboxOptions,
): RequestInbox {
  const seen = new Set<string>();
  const look = (): boolean => {
    try {
      const fresh = readdirSync(folder).filter(name => name.endsWith('.json') && !name.startsWith('.'));
      let found = false;
      for (const name of fresh.sort()) {
        if (seen.has(name) || !handle(name)) continue;
        seen.add(name);
        found = true;
      }
      return found;
    } catch (error) {
      onProblem(error);
      return false;
    }
  };
  /** False when it is not whole yet: it is looked at again. */
  const handle = (name: string): boolean => {
    const path = join(folder, name);
    // Handled by an earlier supervisor of the same run.
    if (again !== true && existsSync(path + acknowledgedSuffix)) return true;
    const content = parseJson(readFileSync(path, 'utf8'));
    if (content === undefined) return false;
    // Noted first: on a full disk the acknowledgement fails, and the request must not be heard twice.
    seen.add(name);
    const request = requestSchema.safeParse(content);
    if (request.success) onRequest(request.data);
    writeFileSync(path + acknowledgedSuffix, new Date().toISOString() + '\n');
    return true;
  };

  let watch: FolderWatch | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    watch = watchFolder(folder, look, {
      ignore: name => name.endsWith(acknowledgedSuffix),
      slowLookMs: 1_000,
    });
  } catch (error) {
    onProblem(error);
  }
  look();
  return { close: () => watch?.close() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
