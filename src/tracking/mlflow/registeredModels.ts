/** Registered models and their versions by name, and the acts that say what they are now. */
import type * as z from 'zod';
import { modelVersionEventSchema, registeredModelEventSchema } from './journalEvents.ts';
import { doesNotExist } from './mlflowProblem.ts';
import type { Tracker } from './tracker.ts';
import type { ModelVersion, RegisteredModel } from './trackingState.ts';

/** Throws RESOURCE_DOES_NOT_EXIST. */
export function registeredOf(tracker: Tracker, name: string): RegisteredModel {
  const registered = tracker.state.registered.get(name);
  if (registered === undefined) throw doesNotExist(`Registered Model with name=${name} not found`);
  return registered;
}

/** Throws RESOURCE_DOES_NOT_EXIST. */
export function versionOf(
  tracker: Tracker,
  name: string,
  number: string,
): { registered: RegisteredModel; version: ModelVersion } {
  const registered = registeredOf(tracker, name);
  const version = registered.versions.get(number);
  if (version === undefined) throw doesNotExist(`Model Version (name=${name}, version=${number}) not found`);
  return { registered, version };
}

export function registeredEvent(
  registered: RegisteredModel,
  changes: Partial<RegisteredModel>,
): z.output<typeof registeredModelEventSchema> {
  const changed = { ...registered, updated: Date.now(), ...changes };
  const { tags, aliases } = changed;
  return registeredModelEventSchema.parse({ ...changed, tags: [...tags], aliases: [...aliases] });
}

export function versionEvent(
  version: ModelVersion,
  changes: Partial<ModelVersion>,
): z.output<typeof modelVersionEventSchema> {
  const changed = { ...version, ...changes };
  return modelVersionEventSchema.parse({ ...changed, tags: [...changed.tags] });
}
