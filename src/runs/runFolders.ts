/** Which run folders a store holds. Anything whose name is not a run id in its right shard is not a run of ours. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const idPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

export function isRunId(text: string): boolean {
  return idPattern.test(text);
}

/** The two-character folders below `runs/`; none when there is no store yet. */
export function listShards(runsFolder: string): string[] {
  return namesIn(runsFolder).filter(name => name.length === 2);
}

/** Ids in one shard, also those where a file stands instead of a folder. */
export function listRunIds(runsFolder: string, shard: string): string[] {
  return namesIn(join(runsFolder, shard)).filter(name => isRunId(name) && name.endsWith(shard));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
