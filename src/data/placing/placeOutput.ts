/** One output, see `placeOutputs`. */
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { placeOutputs, type PlaceRequest, type PlaceResult } from './placeOutputs.ts';

export type { PlaceRequest, PlaceResult } from './placeOutputs.ts';

/** As `placeOutputs`, but rejects with the refusal. */
export async function placeOutput(
  repository: DataRepository,
  request: PlaceRequest,
  tools: DataTools,
  task: DataTask,
): Promise<PlaceResult> {
  const [result] = await placeOutputs(repository, [request], tools, task);
  if (result?.refusal !== undefined) throw result.refusal;
  if (result === undefined) throw new RangeError('one request, one result');
  return result;
}
