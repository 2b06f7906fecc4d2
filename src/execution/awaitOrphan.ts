/** Waits for the end of a process that is not a child of this one: how it ended is then nobody's to know. */
import { setTimeout as delay } from 'node:timers/promises';
import { identifyProcess } from '../base/processIdentity.ts';
import type { ProcessIdentity } from '../base/processIdentity.ts';

/** Elsewhere than on Linux a look starts a program. */
const lookEveryMs = process.platform === 'linux' ? 100 : 2_000;

export async function awaitOrphan(orphan: ProcessIdentity): Promise<void> {
  for (;;) {
    const now = await identifyProcess(orphan.pid);
    const sameOne =
      now !== undefined &&
      (orphan.startTime === undefined || now.startTime === undefined || now.startTime === orphan.startTime);
    if (!sameOne) return;
    await delay(lookEveryMs);
  }
}
