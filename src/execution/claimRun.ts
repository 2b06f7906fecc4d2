/**
 * Decides which one of several processes takes the place of a dead supervisor. Each claim is a file of the next number,
 * made at once or not at all; a claim stands while its process lives, so that a dead winner stops nobody for ever.
 */
import { randomBytes } from 'node:crypto';
import { link, readFile, readdir, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { hostIdentity, identifyProcess, processLives } from '../base/processIdentity.ts';
import { systemErrorCode } from '../base/systemError.ts';
import { processIdentitySchema } from '../runs/processRecord.ts';

const claimSchema = z.looseObject({
  host: z.string(),
  bootId: z.string().optional(),
  pidNamespace: z.string().optional(),
  process: processIdentitySchema,
  at: z.string(),
});
type Claim = z.infer<typeof claimSchema>;

/** Writing a claim takes no longer than this, in milliseconds. */
const writingMs = 5_000;

export interface Claimed {
  /** How many took this run over before and now, this process included. */
  readonly number: number;
  /** When the one before did, milliseconds since the epoch. */
  readonly previousAt: number | undefined;
}

/**
 * Resolves with undefined when another process has taken the run over and lives (or that cannot be told). Rejects with
 * the system's error when the folder cannot be written.
 */
export async function claimRun(dir: string): Promise<Claimed | undefined> {
  const here = await hostIdentity();
  const self = (await identifyProcess(process.pid)) ?? { pid: process.pid };
  const temporary = join(dir, `.adoption.${randomBytes(6).toString('hex')}.tmp`);
  const claim: Claim = { ...here, process: { ...self }, at: new Date().toISOString() };
  await writeFile(temporary, JSON.stringify(claim) + '\n', { flag: 'wx' });
  try {
    for (;;) {
      const number = await newest(dir);
      const previous = number === 0 ? undefined : await readClaim(dir, number);
      if (previous === 'new') return undefined;
      if (previous !== undefined && (await processLives(previous, previous.process, here)) !== 'gone')
        return undefined;
      if (await take(temporary, join(dir, nameOf(number + 1))))
        return { number: number + 1, previousAt: previous && Date.parse(previous.at) };
    }
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/** False when somebody else was faster. */
async function take(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
  }
  try {
    // A file system without hard links: a reader may see it before its content is there, and takes that for a life.
    await writeFile(path, await readFile(temporary), { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function newest(dir: string): Promise<number> {
  const numbers = (await readdir(dir)).map(name => Number(/^adoption\.(\d+)\.json$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** `new`: it is being written this moment. One that stays damaged binds nobody. */
async function readClaim(dir: string, number: number): Promise<Claim | 'new' | undefined> {
  const path = join(dir, nameOf(number));
  try {
    return claimSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    const modifiedAt = await stat(path).then(
      found => found.mtimeMs,
      () => 0,
    );
    return Date.now() - modifiedAt < writingMs ? 'new' : undefined;
  }
}

function nameOf(number: number): string {
  return `adoption.${number}.json`;
}
