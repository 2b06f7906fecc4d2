/** Whether a shared plan and one that is here are the same run's, whatever the home folder was called at the time. */
import { isDeepStrictEqual } from 'node:util';
import { basename } from 'node:path';
import type { RunDetails } from '../../runs/runDetails.ts';
import { hashOf } from './hashOf.ts';
import { homePlaceholder, neutralValue } from './neutralText.ts';

/**
 * Of a run that was fetched its plan here tells of this machine's folders, so its hash as it was shared counts. The name of
 * the machine is not compared: a store that two machines use has two names for it.
 */
export function isSamePlan(
  shared: Buffer | undefined,
  here: Buffer | undefined,
  { shared: origin }: Pick<RunDetails, 'shared'>,
): boolean {
  if (shared === undefined) return false;
  if (origin !== undefined) return origin.planSha256 === hashOf(shared);
  if (here === undefined) return false;
  const [one, other] = [withoutHost(shared), withoutHost(here)];
  if (isDeepStrictEqual(one, other)) return true;
  // The same person with another HOME (sudo, a container, a job) has replaced another folder.
  const homes = [homeBetween(one, other), homeBetween(other, one)].filter(found => found !== undefined);
  const [home, realHome = home] = homes;
  if (home === undefined || realHome === undefined) return false;
  const neutral = { home, realHome, accounts: homes.map(found => basename(found)), machine: sameName };
  return isDeepStrictEqual(neutralValue(one, neutral), neutralValue(other, neutral));
}

const sameName = (host: string): string => host;

/** What the placeholder stands for in the first text that has it, by the text in its place in the other value. */
function homeBetween(neutral: unknown, plain: unknown): string | undefined {
  if (typeof neutral === 'string' && typeof plain === 'string') {
    const at = neutral.indexOf(homePlaceholder);
    if (at < 0 || neutral === plain) return undefined;
    const rest = neutral.slice(at + homePlaceholder.length);
    const home = plain.slice(at, plain.length - rest.length);
    return plain.startsWith(neutral.slice(0, at)) &&
      plain.endsWith(rest) &&
      /^(?:[A-Za-z]:)?[\\/]./.test(home)
      ? home
      : undefined;
  }
  if (typeof neutral !== 'object' || neutral === null || typeof plain !== 'object' || plain === null)
    return undefined;
  const others = new Map<string, unknown>(Object.entries(plain));
  for (const [key, value] of Object.entries(neutral)) {
    const found = homeBetween(value, others.get(key));
    if (found !== undefined) return found;
  }
  return undefined;
}

function withoutHost(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value, host: undefined } : value;
  } catch {
    return undefined;
  }
}
