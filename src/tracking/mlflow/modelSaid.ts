/** How a logged model is told to the run record. */
import type { ReportedModel } from '../../runs/reported.ts';
import type { Tracker } from './tracker.ts';
import type { LoggedModel } from './trackingState.ts';

export function modelSaid(
  tracker: Tracker,
  model: LoggedModel | undefined,
  more: {
    readonly id: string;
    readonly step?: number;
    readonly registeredAs?: string;
    readonly version?: string;
  },
): ReportedModel {
  const here = model !== undefined && tracker.state.experiments.get(model.experiment)?.location === undefined;
  return {
    name: model?.name ?? more.id,
    ...(here ? { path: `models/${model.id}` } : {}),
    ...more,
  };
}
