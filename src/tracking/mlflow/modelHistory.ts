/** The models that clients of MLflow 2 logged into a run, remembered in a tag of it as MLflow's own server does. */
import * as z from 'zod';
import { tagNames } from './runTags.ts';
import type { MlflowRun } from './trackingState.ts';

export const olderModelSchema = z.looseObject({
  artifact_path: z.string().optional(),
  model_uuid: z.string().optional(),
});
export type OlderModel = z.infer<typeof olderModelSchema>;

/** In the order of logging. */
export function modelHistory(run: MlflowRun): OlderModel[] {
  try {
    return z.array(olderModelSchema).parse(JSON.parse(run.tags.get(tagNames.models) ?? '[]'));
  } catch {
    return [];
  }
}
