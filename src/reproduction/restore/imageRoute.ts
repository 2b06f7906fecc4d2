/**
 * How the image of a recorded container can be had: here by its id, from a registry by its digest (asked for the very
 * manifest of this platform, because an index may outlive what it lists), built from the devcontainer of the run's own
 * code. Invariant: what ran in a container goes to no other place than one unless that was asked for by name.
 */
import { knownPlatform } from '../../environments/registry/imagePlatform.ts';
import { parseImageReference } from '../../environments/registry/imageReference.ts';
import { resolveImage } from '../../environments/registry/registryClient.ts';
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText } from '../../base/systemError.ts';
import { ContainerApi } from '../../execution/inside/containerApi.ts';
import { imageGone } from '../../execution/inside/errors.ts';
import { knownValue } from '../../runs/known.ts';
import type { EnvironmentIdentity, Plan } from '../../runs/plan.ts';
import { environmentNotSupported } from '../errors.ts';
import type { EnvironmentRoute, EnvironmentRouteRequest } from './environmentRoute.ts';
import { recordedDevcontainers } from './rebuiltImage.ts';

type RecordedContainer = NonNullable<EnvironmentIdentity['container']>;

export const imageRebuiltCap = 'the image was rebuilt from the devcontainer of the code';

/** Rejects with `image-gone` when no way is open, or as the engine does. */
export async function imageRoute(
  { codeRoot, environment, signal }: EnvironmentRouteRequest,
  container: RecordedContainer,
  plan: Plan,
): Promise<EnvironmentRoute> {
  const endpoint = environment['DOCKER_HOST'] ?? container.endpoint;
  if (endpoint === undefined) throw environmentNotSupported(plan.environment.kind);
  const api = new ContainerApi(endpoint);
  const { imageId, repoDigests } = container;
  const passedOver: { kind: EnvironmentRoute['kind']; reason: string }[] = [];
  if ((await api.image(imageId, { signal })) !== undefined)
    return {
      ...{ kind: 'image-here', text: 'In a container of the recorded image, which is here.' },
      ...{ caps: [], differences: [], passedOver, image: { id: imageId } },
    };
  passedOver.push({ kind: 'image-here', reason: `the image ${imageId.slice(0, 19)} is not here` });
  const pulled = await pullable(repoDigests, environment, signal);
  if (typeof pulled === 'object')
    return {
      ...{ kind: 'image-pulled', text: `In a container of the recorded image, fetched as ${pulled.digest}.` },
      ...{ caps: [], differences: [], passedOver, image: pulled },
    };
  passedOver.push({ kind: 'image-pulled', reason: pulled });
  const code = knownValue(plan.code);
  if (code !== undefined && (await recordedDevcontainers(codeRoot, code, signal)).length > 0)
    return {
      kind: 'image-rebuilt',
      text: 'In a container of an image that is built once more from the devcontainer of the code.',
      ...{ caps: [imageRebuiltCap], differences: [], passedOver },
    };
  throw imageGone(imageId, repoDigests, pulled);
}

/** The digest that can be fetched, or why none can. */
async function pullable(
  digests: readonly string[],
  variables: EnvironmentRouteRequest['environment'],
  signal: AbortSignal,
): Promise<{ digest: string; bytes?: number } | string> {
  if (digests.length === 0) return 'the record names no registry that has it';
  let reason = '';
  for (const digest of digests) {
    try {
      const { size } = await resolveImage(parseImageReference(digest), knownPlatform(), {
        variables,
        signal,
      });
      return { digest, bytes: size };
    } catch (error) {
      signal.throwIfAborted();
      reason = errorText(error);
      // The engine may know ways to the registry that are not ours: mirrors, logins, certificates.
      if (!(error instanceof LockstepError) || error.code !== 'image-not-found') return { digest };
    }
  }
  return reason;
}
