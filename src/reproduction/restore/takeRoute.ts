/** Goes the way that was chosen for the environment: builds what is to be built, and names what it came to. */
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { errorText } from '../../base/systemError.ts';
import { isMarkedHere } from '../../execution/capture/markPlan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { EnvironmentIdentity, Plan } from '../../runs/plan.ts';
import { otherPackagesCap, rebuiltCap } from './environmentRoute.ts';
import type { EnvironmentRoute } from './environmentRoute.ts';
import { imageRebuiltCap } from './imageRoute.ts';
import { imageKey, noteMade, pythonKey } from './madeEnvironments.ts';
import { rebuildImage } from './rebuiltImage.ts';
import type { RebuiltImage } from './rebuiltImage.ts';
import { rebuildEnvironment } from './rebuiltEnvironment.ts';
import type { RebuiltEnvironment } from './rebuiltEnvironment.ts';

export interface TakenRoute {
  /** Of a run in a container: whether its reproduction is in one. */
  readonly inContainer: boolean;
  readonly caps: readonly string[];
  /** Set where the Python environment was made once more. */
  readonly rebuilt?: RebuiltEnvironment;
  /** Set where the image was. */
  readonly image?: RebuiltImage;
  /** In place of the recorded one. */
  readonly identity?: EnvironmentIdentity;
}

export interface TakeRequest {
  readonly route: EnvironmentRoute;
  readonly original: RunDetails;
  readonly plan: Plan;
  readonly store: string;
  /** Root of the project that reproduces the run. Absolute. */
  readonly workspace: string;
  /** Of the run's code. Absolute. */
  readonly checkout: string;
  /** A folder that goes with the reproduction, outside of the checkout. Absolute. */
  readonly scratch: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** In place of the captured list of packages: the name of another one. */
  readonly packages?: string | undefined;
  /** Whether the reproduction may use it. */
  readonly network: boolean;
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Rejects with what rebuildEnvironment and rebuildImage reject with, unless the route says that the host will do. */
export async function takeRoute(request: TakeRequest): Promise<TakenRoute> {
  const { route, plan, checkout, scratch, environment, onProgress, signal } = request;
  const { container } = plan.environment;
  switch (route.kind) {
    case 'recorded':
    case 'image-here':
    case 'image-pulled':
      return { inContainer: container !== undefined, caps: [] };
    case 'host':
      return {
        ...{ inContainer: false, caps: route.caps },
        ...(container === undefined ? {} : { identity: { kind: 'host', drift: 'unknown' } }),
      };
    case 'image-rebuilt': {
      // Somebody else's build has the network where somebody else's run had it.
      const network =
        request.network && (container?.network !== 'none' || (await isMarkedHere(request.store, plan)));
      const began = performance.now();
      const image = await rebuildImage({
        ...{ checkout, scratch, environment, network, onProgress, signal, engine: container?.engine ?? '' },
        endpoint: environment['DOCKER_HOST'] ?? container?.endpoint ?? '',
        recorded: container?.imageId ?? '',
      });
      await noteMade(lockstepCacheFolder(environment), imageKey('built', container?.imageId ?? ''), {
        tookMs: performance.now() - began,
      });
      return { inContainer: true, caps: image.proven ? [] : [imageRebuiltCap, ...image.notes], image };
    }
    case 'python-rebuilt':
      try {
        return await rebuilt(request);
      } catch (error) {
        signal.throwIfAborted();
        if (route.orHost !== true) throw error;
        onProgress(`the captured packages could not be installed: ${errorText(error)}`);
        const why = errorText(error).replace(/\.$/, '');
        return {
          inContainer: false,
          caps: [otherPackagesCap, `the captured packages could not be installed once more (${why})`],
        };
      }
  }
}

async function rebuilt(request: TakeRequest): Promise<TakenRoute> {
  const { route, plan, environment } = request;
  const cacheFolder = lockstepCacheFolder(environment);
  request.onProgress('Getting the Python environment of the run ready');
  const began = performance.now();
  const built = await rebuildEnvironment({
    ...{ ...request, variables: environment },
    ...(request.packages === undefined ? {} : { list: request.packages }),
    cacheFolder,
  });
  const { folder, interpreter, list, differences } = built;
  await noteMade(cacheFolder, pythonKey(plan, list), {
    ...{ folder, tookMs: built.built ? performance.now() - began : undefined },
  });
  const inside = plan.environment.container !== undefined;
  return {
    inContainer: false,
    caps: inside ? [...new Set([...route.caps, rebuiltCap])] : built.proven ? [] : [rebuiltCap],
    rebuilt: built,
    identity: {
      kind: 'python',
      drift: differences.length === 0 ? 'clean' : 'drifted',
      ...(differences.length === 0 ? {} : { driftItems: differences.slice(0, 20) }),
      python: { folder, interpreter, folders: [], rebuiltFrom: list },
    },
  };
}
