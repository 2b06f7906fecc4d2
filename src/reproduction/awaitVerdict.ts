/** Waits for the verdict of a reproduction, which its supervisor writes after the run itself has ended. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LaunchOptions } from '../execution/launchRun.ts';
import { readProcessRecord } from '../execution/runEnd.ts';
import { runPaths } from '../runs/runPaths.ts';
import { supervisorLives } from '../runs/runState.ts';
import { askJudge } from './askJudge.ts';
import { verdictSchema } from '../runs/verdict.ts';
import type { Verdict } from '../runs/verdict.ts';

const lookEveryMs = 50;

/**
 * Where the supervisor was killed over it, `judge` is asked for one; undefined where there is nothing to judge. Rejects
 * only with the signal's reason.
 */
export async function awaitVerdict(
  store: string,
  originalId: string,
  reproductionId: string,
  judge: Pick<LaunchOptions, 'node' | 'supervisorScript'>,
  signal?: AbortSignal,
): Promise<Verdict | undefined> {
  const path = join(runPaths(store, originalId).verdicts, `${reproductionId}.json`);
  let asked = false;
  for (;;) {
    signal?.throwIfAborted();
    // Looked at first: what a supervisor wrote before it went is there by then.
    const record = await readProcessRecord(runPaths(store, reproductionId));
    const gone = record === undefined || (await supervisorLives(record)) === 'gone';
    const verdict = await readVerdict(path);
    if (verdict !== undefined) return verdict;
    if (gone && asked) return undefined;
    // Nobody is left who would write one.
    if (gone) await askJudge(judge, store, reproductionId);
    asked = gone;
    if (gone) continue;
    await delay(lookEveryMs, undefined, signal === undefined ? {} : { signal });
  }
}

async function readVerdict(path: string): Promise<Verdict | undefined> {
  try {
    return verdictSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
