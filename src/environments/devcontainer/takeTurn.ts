/**
 * One at a time, across processes: the holder is named in a file with its process, so that a turn whose holder died
 * is free. For what engines and the devcontainer program cannot do twice at once.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { hostIdentity, identifyProcess, processLives } from '../../base/processIdentity.ts';
import { systemErrorCode } from '../../base/systemError.ts';

const holderSchema = z.object({
  host: z.object({ host: z.string(), bootId: z.string().optional(), pidNamespace: z.string().optional() }),
  process: z.object({ pid: z.number(), startTime: z.string().optional() }),
  turn: z.string(),
});

const everyMs = 150;

export interface Turn {
  /** Lets the next one go on; a second call does nothing. */
  release(): Promise<void>;
}

/** Resolves when the turn is ours. `onWait` is called once when somebody else has it. Rejects with the reason of `signal`. */
export async function takeTurn(
  path: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onWait?: () => void } = {},
): Promise<Turn> {
  await mkdir(dirname(path), { recursive: true });
  const host = await hostIdentity();
  const turn = randomBytes(8).toString('hex');
  const holder = { host, process: (await identifyProcess(process.pid)) ?? { pid: process.pid }, turn };
  let waited = false;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await claim(path, JSON.stringify(holder))) return { release: () => release(path, turn) };
    if (await isFree(path, host)) continue;
    if (!waited) options.onWait?.();
    waited = true;
    await delay(everyMs, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(
      () => options.signal?.throwIfAborted(),
    );
  }
}

async function claim(path: string, content: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(content);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Takes away the claim of a process that has died; true when the file is gone. */
async function isFree(path: string, host: Awaited<ReturnType<typeof hostIdentity>>): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return true;
  const parsed = holderSchema.safeParse(jsonOf(text));
  // Being written just now, or torn by a crash: only a process that is certainly gone frees the turn.
  if (!parsed.success) return text.length > 0 && removeClaim(path, text);
  if ((await processLives(parsed.data.host, parsed.data.process, host)) !== 'gone') return false;
  return removeClaim(path, text);
}

/** Renamed first, so that of two who find it stale one takes away what it read, and never the other's new claim. */
async function removeClaim(path: string, text: string): Promise<boolean> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await rename(path, aside);
    const moved = await readFile(aside, 'utf8');
    if (moved === text) await unlink(aside);
    else await rename(aside, path);
    return moved === text;
  } catch {
    return false;
  }
}

async function release(path: string, turn: string): Promise<void> {
  const parsed = holderSchema.safeParse(jsonOf(await readFile(path, 'utf8').catch(() => '')));
  if (parsed.success && parsed.data.turn === turn) await unlink(path).catch(() => undefined);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
