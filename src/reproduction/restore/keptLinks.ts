/**
 * Where links of a checkout may lead: to data that is too large to be copied, and that nothing the program does through
 * the link can change. Invariant: what is no place of a container or of a read-only mount is not linked.
 */
import { realpath } from 'node:fs/promises';
import { isKept } from '../../execution/readOnly/findProtection.ts';
import type { WriteProtection } from '../../execution/readOnly/writeProtection.ts';
import { isInside } from './relocatePaths.ts';

/** Whether a link may lead to an existing file or folder (absolute); what it is asked of is to be made read-only then. */
export type MayLink = (source: string) => Promise<boolean>;

/** Together, in characters: each is a word of one command, and costs a mount. */
const mostNames = 20_000;

/** @param protection Of a command on this machine; in a container everything that is linked is mounted read-only. */
export function keptLinks(protection: WriteProtection | 'container' | undefined): MayLink {
  const places: string[] = [];
  let names = 0;
  return async source => {
    if (protection === 'container') return true;
    if (protection?.mounted === undefined) return false;
    const place = await realpath(source);
    if (isKept(place, protection) || places.some(one => isInside(place, one))) return true;
    if (names + place.length > mostNames) return false;
    names += place.length;
    places.push(place);
    return true;
  };
}
