/** What a reproduction takes from the container of the original: its image, its environment, and what the record holds of it. */
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { errorText } from '../../base/systemError.ts';
import type { ContainerApi } from '../../execution/inside/containerApi.ts';
import { imageGone } from '../../execution/inside/errors.ts';
import { remoteVariables } from '../../execution/inside/findContainer.ts';
import type { EnvironmentIdentity, Plan } from '../../runs/plan.ts';
import { imageKey, noteMade } from './madeEnvironments.ts';
import { pullTold } from './pullTold.ts';

export type RecordedContainer = NonNullable<EnvironmentIdentity['container']>;

export interface ImageTask {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly signal: AbortSignal;
}

/** The id of the recorded image, pulled where it is not here any more. Rejects with `image-gone`. */
export async function haveImage(
  api: ContainerApi,
  { imageId, repoDigests }: RecordedContainer,
  { environment, onProgress, signal }: ImageTask,
): Promise<string> {
  if ((await api.image(imageId, { signal })) !== undefined) return imageId;
  let said = '';
  for (const digest of repoDigests) {
    try {
      const began = performance.now();
      await pullTold(api, digest, { onProgress, signal });
      const image = await api.image(digest, { signal });
      if (image === undefined) continue;
      const tookMs = performance.now() - began;
      await noteMade(lockstepCacheFolder(environment), imageKey('pulled', imageId), { tookMs });
      return image.Id;
    } catch (error) {
      signal.throwIfAborted();
      said = errorText(error);
    }
  }
  throw imageGone(imageId, repoDigests, said);
}

/**
 * What the record may not hold of the environment: from the container, as long as it is there, else from what its image
 * says of itself.
 */
export async function originalEnvironment(
  api: ContainerApi,
  { id, workspaceFolder }: RecordedContainer,
  image: string,
  local: Readonly<Record<string, string | undefined>>,
  trusted: boolean,
): Promise<{ readonly env: readonly string[]; readonly remote: Record<string, string> }> {
  // Somebody else's record may name a container of other people, whose variables hold secrets.
  const there = trusted ? await api.inspect(id).catch(() => undefined) : undefined;
  const config = there?.Config ?? (await api.image(image))?.Config ?? undefined;
  return {
    env: there?.Config.Env ?? [],
    remote: remoteVariables(
      config?.Labels ?? {},
      config?.Env ?? [],
      // Its image may name any variable of the person as `${localEnv:NAME}`.
      trusted ? local : {},
      workspaceFolder === '' ? undefined : workspaceFolder,
    ),
  };
}

/** Of the variables that the run had, those whose values the record holds. */
export function recordedVariables(plan: Plan, { searchPath }: RecordedContainer): Record<string, string> {
  return {
    ...(searchPath === undefined ? {} : { PATH: searchPath }),
    ...Object.fromEntries(
      Object.entries(plan.variables).flatMap(([name, variable]) =>
        'value' in variable && typeof variable.value === 'string' ? [[name, variable.value]] : [],
      ),
    ),
  };
}
