/** What it takes to have the environment of a run: nothing where it is here, else time and disk as far as they are known. */
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import type { Package } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { EnvironmentRoute } from '../restore/environmentRoute.ts';
import { imageKey, pythonKey, readMade } from '../restore/madeEnvironments.ts';
import { withoutOwn } from '../restore/ownPackages.ts';
import { baseSize } from './baseSize.ts';
import { installedSize } from './installedSize.ts';

export interface EnvironmentCost {
  /** A Python environment of the very list was made here before, and lies in the cache. */
  readonly isMade: boolean;
  /** Milliseconds that making or fetching it took the last time. */
  readonly tookMs?: number | undefined;
  /** What it takes on disk, at least, beside what is fetched. */
  readonly bytes?: number | undefined;
  /** Of what those are not all. */
  readonly note?: string;
  /** Packages of unknown size. */
  readonly unknownSizes: number;
}

export interface CostQuestion {
  readonly route: EnvironmentRoute;
  readonly original: RunDetails;
  readonly plan: Plan;
  readonly packages: readonly Package[] | undefined;
  /** A working tree that the snapshot can be read from. Absolute. */
  readonly workspace: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Rejects only when aborted. */
export async function environmentCost(question: CostQuestion): Promise<EnvironmentCost> {
  const { route, original, plan, packages = [], environment } = question;
  const cacheFolder = lockstepCacheFolder(environment);
  const none = { isMade: false, unknownSizes: 0 };
  const { imageId, imageBytes } = plan.environment.container ?? {};
  switch (route.kind) {
    case 'recorded':
    case 'image-here':
    case 'host':
      return none;
    case 'image-pulled':
    case 'image-rebuilt': {
      const how = route.kind === 'image-pulled' ? 'pulled' : 'built';
      const made = await readMade(cacheFolder, imageKey(how, imageId ?? ''));
      const cost = { ...none, tookMs: made?.tookMs };
      if (route.kind === 'image-pulled')
        return imageBytes === undefined
          ? cost
          : { ...cost, bytes: Math.max(0, imageBytes - (route.image?.bytes ?? 0)) };
      if (imageBytes !== undefined) return { ...cost, bytes: imageBytes };
      const code = knownValue(plan.code);
      const bytes =
        code === undefined
          ? undefined
          : await baseSize({ root: question.workspace, code, environment, signal: question.signal });
      const note =
        bytes === undefined ? 'its size is not known' : 'that is its base; what the build adds is not known';
      return { ...cost, bytes, note };
    }
    case 'python-rebuilt': {
      const list = knownValue(original.captured?.packages)?.list ?? '';
      const made = await readMade(cacheFolder, pythonKey(plan, list));
      if (made?.isHere === true) return { ...none, isMade: true };
      const path = original.captured?.pythons?.[0]?.['path'];
      const size = await installedSize(
        withoutOwn(packages, plan.root),
        Array.isArray(path) ? path.filter(one => typeof one === 'string') : [],
      );
      return { ...none, tookMs: made?.tookMs, bytes: size.bytes, unknownSizes: size.unknown };
    }
  }
}
