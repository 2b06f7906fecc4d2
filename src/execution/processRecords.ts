/** `process.json`, written when the supervisor starts and again when the command does. */
import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { hostIdentity, identifyProcess } from '../base/processIdentity.ts';
import type { HostIdentity, ProcessIdentity } from '../base/processIdentity.ts';
import type { ProcessRecord } from '../runs/processRecord.ts';

export interface ProcessRecords {
  readonly host: HostIdentity;
  /** Adds the command. Rejects with the system's error. */
  addCommand(child: ProcessIdentity, startedAt: string, leadsGroup: boolean): Promise<void>;
}

/** Records the calling process as the supervisor. */
export async function recordProcesses(path: string): Promise<ProcessRecords> {
  const [host, self] = await Promise.all([hostIdentity(), identifyProcess(process.pid)]);
  const base = {
    schemaVersion: 1,
    ...host,
    supervisor: { ...(self ?? { pid: process.pid }) },
    startedAt: new Date().toISOString(),
  };
  await write(path, base);
  return {
    host,
    addCommand: (child, startedAt, leadsGroup) =>
      write(path, {
        ...base,
        child: { ...child },
        ...(leadsGroup ? { processGroup: child.pid } : {}),
        startedAt,
      }),
  };
}

/** Renamed but not synced: after a power cut there are no processes to be told apart. */
async function write(path: string, record: ProcessRecord): Promise<void> {
  const temporary = `${path.slice(0, -'process.json'.length)}.process.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(temporary, JSON.stringify(record, null, 1) + '\n');
  await rename(temporary, path);
}
