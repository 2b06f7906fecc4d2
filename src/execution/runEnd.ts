/** How a run ended, if it did, from its files and the processes they name. */
import { readFile, stat } from 'node:fs/promises';
import { hostIdentity, processLives } from '../base/processIdentity.ts';
import { readCommandEnd } from '../runs/commandEnd.ts';
import type { CommandEnd } from '../runs/commandEnd.ts';
import { processRecordSchema } from '../runs/processRecord.ts';
import type { ProcessRecord } from '../runs/processRecord.ts';
import { resultSchema } from '../runs/result.ts';
import type { EndState, Result } from '../runs/result.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { supervisorLives } from '../runs/runState.ts';

export interface RunEnd {
  /** `lost` when there is no result and the supervisor is gone. */
  readonly state: EndState | 'lost';
  /** The command outlived its supervisor; its output goes on. */
  readonly stillRunning: boolean;
  readonly result?: Result;
  /** Of a lost run, where it is known how its command ended. */
  readonly commandEnd?: CommandEnd;
}

/** A heartbeat older than this, in milliseconds, is a dead supervisor's where its process cannot be seen. */
const heartbeatLimitMs = 60_000;

/** Undefined while the run is prepared or runs. */
export async function readRunEnd(paths: RunPaths): Promise<RunEnd | undefined> {
  const result = await readResult(paths);
  if (result !== undefined) return { state: result.state, stillRunning: false, result };
  const record = await readProcessRecord(paths);
  const stillRunning = await supervisorLost(paths, record);
  if (stillRunning === undefined) return undefined;
  // It may have written its result and left between the two looks.
  const late = await readResult(paths);
  if (late !== undefined) return { state: late.state, stillRunning: false, result: late };
  const commandEnd = readCommandEnd(paths.dir, record);
  return commandEnd === undefined
    ? { state: 'lost', stillRunning }
    : { state: 'lost', stillRunning: false, commandEnd };
}

/** Undefined when there is none, or none that can be understood. */
export async function readProcessRecord(paths: RunPaths): Promise<ProcessRecord | undefined> {
  return readJson(paths.process, value => processRecordSchema.parse(value));
}

export async function readResult(paths: RunPaths): Promise<Result | undefined> {
  return readJson(paths.result, value => resultSchema.parse(value));
}

/** Undefined while the supervisor lives; else whether the command still does. */
async function supervisorLost(
  paths: RunPaths,
  record: ProcessRecord | undefined,
): Promise<boolean | undefined> {
  if (record === undefined) return (await ageOf(paths.launch)) > heartbeatLimitMs ? false : undefined;
  const here = await hostIdentity();
  const life = await supervisorLives(record, here);
  if (life === 'lives') return undefined;
  if (life === 'cannot-tell') return (await ageOf(paths.heartbeat)) > heartbeatLimitMs ? false : undefined;
  return record.child !== undefined && (await processLives(record, record.child, here)) === 'lives';
}

async function ageOf(path: string): Promise<number> {
  return stat(path).then(
    found => Date.now() - found.mtimeMs,
    () => Infinity,
  );
}

async function readJson<T>(path: string, parse: (value: unknown) => T): Promise<T | undefined> {
  try {
    return parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
