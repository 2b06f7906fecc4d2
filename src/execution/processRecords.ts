/** `process.json`, written when a supervisor starts and again when more is known: its watchdog, the command, its end. */
import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { hostIdentity, identifyProcess } from '../base/processIdentity.ts';
import type { ProcessRecord } from '../runs/processRecord.ts';

/** What may be added; what is left out stays. */
export type ProcessAddition = Partial<
  Pick<ProcessRecord, 'watchdog' | 'child' | 'processGroup' | 'container' | 'startedAt' | 'ended'>
>;

export class ProcessRecords {
  readonly #path: string;
  #current: ProcessRecord;

  private constructor(path: string, current: ProcessRecord) {
    this.#path = path;
    this.#current = current;
  }

  /**
   * Records the calling process as the supervisor; of the one before it, what it said about the command stands.
   * Rejects with the system's error.
   */
  static async open(path: string, before?: ProcessRecord): Promise<ProcessRecords> {
    const [host, self] = await Promise.all([hostIdentity(), identifyProcess(process.pid)]);
    const records = new ProcessRecords(path, {
      ...(before ?? { startedAt: new Date().toISOString() }),
      watchdog: undefined,
      schemaVersion: 1,
      ...host,
      supervisor: { ...(self ?? { pid: process.pid }) },
    });
    await write(path, records.current);
    return records;
  }

  get current(): ProcessRecord {
    return this.#current;
  }

  /** Rejects with the system's error; what was added is then written with the next addition. */
  async add(addition: ProcessAddition): Promise<void> {
    this.#current = { ...this.#current, ...addition };
    await write(this.#path, this.#current);
  }
}

/** Renamed but not synced: after a power cut there are no processes to be told apart. */
async function write(path: string, record: ProcessRecord): Promise<void> {
  const temporary = `${path.slice(0, -'process.json'.length)}.process.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(temporary, JSON.stringify(record, null, 1) + '\n');
  await rename(temporary, path);
}
