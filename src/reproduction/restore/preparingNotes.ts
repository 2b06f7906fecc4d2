/** Says in the record of a run what takes long before its command starts, so that it is seen whoever watches. */
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import type { RunPaths } from '../../runs/runPaths.ts';

/** What comes while a line is written waits, and the newest alone is written next. Nothing is ever kept waiting by it. */
export function preparingNotes({ preparing }: Pick<RunPaths, 'preparing'>): (text: string) => void {
  let newest: string | undefined;
  let writing = false;
  const write = async (): Promise<void> => {
    writing = true;
    for (let text = newest; text !== undefined; text = newest) {
      newest = undefined;
      const note = { schemaVersion: 1, text, at: new Date().toISOString() };
      await writeJsonAtomic(preparing, note).catch(() => undefined);
    }
    writing = false;
  };
  return text => {
    newest = text;
    if (!writing) void write();
  };
}
