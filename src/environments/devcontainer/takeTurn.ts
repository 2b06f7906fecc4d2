/**
 * One at a time, across processes: the holder is named in a file with its process, so that a turn whose holder died
 * is free. For what engines and the devcontainer program cannot do twice at once.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { hostIdentity, identifyProcess, processLives } from '../../base/processIdentity.ts';
import type { HostIdentity, ProcessIdentity } from '../../base/processIdentity.ts';
import { systemErrorCode } from '../../base/systemError.ts';

const identitySchema = z.object({ pid: z.number(), startTime: z.string().optional() });
const holderSchema = z.object({
  host: z.object({ host: z.string(), bootId: z.string().optional(), pidNamespace: z.string().optional() }),
  process: identitySchema,
  /** What the holder started and what goes on without it: the turn is free when all of them have ended. */
  others: z.array(identitySchema).default([]),
  turn: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

const everyMs = 150;
/** A claim is written at once; one that cannot be read after this is of a crash. */
const unreadableMs = 5000;
/** How often a holder shows that it lives, for those on other machines and in containers, who cannot see its process. */
const beatMs = 15_000;
const silentMs = 12 * beatMs;

export interface Turn {
  /** Lets the next one go on; a second call does nothing. */
  release(): Promise<void>;
}

export interface TurnOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once when somebody else has it. `holder`: who, and the file that says so. */
  readonly onWait?: (holder: string) => void;
}

/** Resolves when the turn is ours. Rejects with the reason of `signal`. */
export async function takeTurn(path: string, options: TurnOptions = {}): Promise<Turn> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const host = await hostIdentity();
  const turn = randomBytes(8).toString('hex');
  const holder = { host, process: (await identifyProcess(process.pid)) ?? { pid: process.pid }, turn };
  let waited = false;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await claim(path, JSON.stringify(holder))) return held(path, turn);
    const found = await standing(path, host);
    if (found === 'free') continue;
    if (!waited) options.onWait?.(found);
    waited = true;
    await delay(everyMs, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(
      () => options.signal?.throwIfAborted(),
    );
  }
}

/** Writes `other`, which works for us and may outlive us, into a turn that this process holds; else does nothing. */
export async function shareTurn(path: string, other: ProcessIdentity): Promise<void> {
  const holder = parseHolder(await readFile(path, 'utf8').catch(() => ''));
  if (holder?.process.pid !== process.pid) return;
  await writeJsonAtomic(path, { ...holder, others: [...holder.others, other] }, 0o600);
}

function held(path: string, turn: string): Turn {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, beatMs).unref();
  return {
    async release() {
      clearInterval(beat);
      const holder = parseHolder(await readFile(path, 'utf8').catch(() => ''));
      if (holder?.turn === turn) await unlink(path).catch(() => undefined);
    },
  };
}

/** Linked when it is whole: a crash while writing leaves no claim that nobody can read. */
async function claim(path: string, content: string): Promise<boolean> {
  const whole = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(whole, content, { flag: 'wx', mode: 0o600 });
    await link(whole, path).catch(async (error: unknown) => {
      if (systemErrorCode(error) === 'EEXIST') throw error;
      // A file system without links.
      await writeFile(path, content, { flag: 'wx', mode: 0o600 });
    });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(whole).catch(() => undefined);
  }
}

/** Who has it, in words; `free` when the claim is gone, or was of one that has ended and has been taken away. */
async function standing(path: string, here: HostIdentity): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => undefined,
  );
  if (text === undefined || age === undefined) return 'free';
  const holder = parseHolder(text);
  if (holder === undefined)
    return age > unreadableMs && (await removeClaim(path, text)) ? 'free' : `unknown: ${path}`;
  const lives = await Promise.all(
    [holder.process, ...holder.others].map(async one => processLives(holder.host, one, here)),
  );
  const over = lives.every(life => life === 'gone' || (life === 'cannot-tell' && age > silentMs));
  if (over && (await removeClaim(path, text))) return 'free';
  const living = [holder.process, ...holder.others].filter((_, index) => lives[index] !== 'gone');
  const elsewhere = lives[0] === 'cannot-tell' ? ` on ${holder.host.host}` : '';
  return `process ${(living[0] ?? holder.process).pid}${elsewhere}, ${path}`;
}

function parseHolder(text: string): Holder | undefined {
  const parsed = holderSchema.safeParse(jsonOf(text));
  return parsed.success ? parsed.data : undefined;
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

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
