/** Whether the image that a run had is still here, or can be had from a registry. */
import { errorText } from '../../base/systemError.ts';
import { ContainerApi } from '../../execution/inside/containerApi.ts';
import { resolveDigest } from '../../environments/registry/registryClient.ts';
import { parseImageReference } from '../../environments/registry/imageReference.ts';
import { imageText } from '../../runs/environmentText.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RemoteQuestion } from '../forecast/lookAtPinned.ts';
import type { Findings } from './findings.ts';

export interface ImageHealthQuestion {
  readonly plan: Plan;
  readonly variables: NodeJS.ProcessEnv;
  readonly remote: RemoteQuestion;
}

/** Rejects only when aborted. */
export async function imageHealth({ plan, variables, remote }: ImageHealthQuestion): Promise<Findings> {
  const { container } = plan.environment;
  if (container === undefined) return { problems: [], unchecked: [] };
  const name = container.image ?? imageText(container.imageId);
  const endpoint = variables['DOCKER_HOST'] ?? container.endpoint;
  const here = await isHere(endpoint, container.imageId, remote);
  if (typeof here === 'string') return { problems: [], unchecked: [`image ${name}: ${here}`] };
  const inRegistry = await isInRegistry(container.repoDigests, variables, remote);
  if (here) {
    if (container.repoDigests.length > 0 && inRegistry !== false) return { problems: [], unchecked: [] };
    return {
      problems: [
        {
          ...{ code: 'image-local-only', ingredient: 'environment', severity: 'at-risk' },
          message: `Only this machine has the image ${name}: ${container.repoDigests.length === 0 ? 'it was built here' : 'its registry has it no more'}.`,
          mend: `Push it to a registry: docker push ${name}`,
        },
      ],
      unchecked: [],
    };
  }
  if (inRegistry === undefined && container.repoDigests.length > 0)
    return {
      problems: [],
      unchecked: [`image ${name} is not here; its registry was not asked (--remote asks)`],
    };
  if (inRegistry === true) return { problems: [], unchecked: [] };
  return {
    problems: [
      {
        ...{ code: 'image-missing', ingredient: 'environment', severity: 'gone' },
        message: `The image ${name} is gone: it is not on this machine, and ${container.repoDigests.length === 0 ? 'was in no registry' : 'its registry has it no more'}.`,
        mend: 'Build it again: lockstep env rebuild. What it then holds is compared with the lock.',
      },
    ],
    unchecked: [],
  };
}

/** A line where nobody can tell. */
async function isHere(
  endpoint: string | undefined,
  imageId: string,
  { patienceMs, signal }: RemoteQuestion,
): Promise<boolean | string> {
  if (endpoint === undefined) return 'it is not recorded which engine had it';
  try {
    const api = new ContainerApi(endpoint);
    return (await api.image(imageId, { signal, patienceMs: Math.min(patienceMs, 2000) })) !== undefined;
  } catch (error) {
    signal?.throwIfAborted();
    return errorText(error).replace(/\.$/, '');
  }
}

/** Undefined where it was not asked, or did not answer. */
async function isInRegistry(
  digests: readonly string[],
  variables: NodeJS.ProcessEnv,
  { network, patienceMs, signal }: RemoteQuestion,
): Promise<boolean | undefined> {
  if (!network || digests.length === 0) return undefined;
  const late = AbortSignal.timeout(patienceMs);
  let absent = false;
  for (const digest of digests.slice(0, 3))
    try {
      const patience = signal === undefined ? late : AbortSignal.any([signal, late]);
      await resolveDigest(parseImageReference(digest), { variables, signal: patience });
      return true;
    } catch (error) {
      signal?.throwIfAborted();
      absent ||= (error as { code?: string }).code === 'image-not-found';
    }
  return absent ? false : undefined;
}
