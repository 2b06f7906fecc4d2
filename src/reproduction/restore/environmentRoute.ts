/**
 * In which environment a run can be executed once more, the best way first: as it was, made again from what names it
 * exactly, made again from a list, else the host as it is. Invariants: looking changes nothing; what is not the recorded
 * environment is never taken without a cap that says so.
 */
import { existsSync } from 'node:fs';
import { knownValue } from '../../runs/known.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { planMissing } from '../errors.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';

/**
 * `recorded`: the host or the managed environment as the run recorded it. `image-here`: the very image is on this
 * machine. `image-pulled`: it is fetched by its digest. `image-rebuilt`: built from the devcontainer of the run's own
 * code. `python-rebuilt`: the captured Python packages, installed once more. `host`: this machine as it is.
 */
export type EnvironmentRouteKind =
  'recorded' | 'image-here' | 'image-pulled' | 'image-rebuilt' | 'python-rebuilt' | 'host';

export interface EnvironmentRoute {
  readonly kind: EnvironmentRouteKind;
  /** One sentence: where the command will run. */
  readonly text: string;
  /** What will keep the verdict from `identical`, in the words of the verdict. */
  readonly caps: readonly string[];
  /** What is not as recorded, as far as that can be told before: `numpy 1.26.4 → 2.0.1`. */
  readonly differences: readonly string[];
  /** Better ways that are not open, best first, and why. */
  readonly passedOver: readonly { readonly kind: EnvironmentRouteKind; readonly reason: string }[];
  /** Of a container: the image to use, by its id, or by the digest that it is fetched by. */
  readonly image?: {
    readonly id?: string;
    /** `repo@sha256:…` */
    readonly digest?: string;
    /** Compressed, to fetch. */
    readonly bytes?: number;
  };
}

export interface EnvironmentRouteRequest {
  readonly original: RunDetails;
  readonly store: string;
  /** As `--env` asks. */
  readonly asked: ReproductionOptions['environment'];
  /** The environment that the reproduction is started from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Starts and fetches nothing. Rejects with the reason when no way is open, or when aborted. */
export async function chooseEnvironmentRoute({
  original,
  asked,
}: EnvironmentRouteRequest): Promise<EnvironmentRoute> {
  const { plan } = original;
  if (plan === undefined) throw planMissing(original.id, original.problems[0]);
  const none = { caps: [], differences: [], passedOver: [] };
  const rebuilt: EnvironmentRoute = {
    ...{ ...none, kind: 'python-rebuilt', text: 'In an environment made once more from the captured list.' },
    caps: ['the environment was rebuilt from the captured list'],
  };
  if (asked === 'python') return Promise.resolve(rebuilt);
  if (plan.environment.container !== undefined)
    return Promise.resolve({ ...none, kind: 'image-here', text: 'In a container of the recorded image.' });
  const interpreter = knownValue(plan.interpreter)?.path;
  const gone = plan.environment.kind === 'python' && interpreter !== undefined && !existsSync(interpreter);
  return Promise.resolve(gone ? rebuilt : { ...none, kind: 'recorded', text: 'On this machine as it is.' });
}
