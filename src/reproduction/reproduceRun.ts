/**
 * Starts the reproduction of a recorded run: a run of its own, whose supervisor prepares the private checkout, judges
 * the outcome and writes the verdict. Whoever starts it may go away at any time.
 */
import { launchedTracking, trackingOf } from '../execution/experiments/launchTracking.ts';
import { launchRun } from '../execution/launchRun.ts';
import type { LaunchedRun, LaunchOptions } from '../execution/launchRun.ts';
import type { LaunchSpec } from '../execution/launchSpec.ts';
import { reproductionPlace, requireConfirmed } from './requireConfirmed.ts';
import { requireOwnCommand } from './requireOwnCommand.ts';
import type { Plan } from '../runs/plan.ts';
import { printsMetrics } from '../runs/printsMetrics.ts';
import type { RunDetails } from '../runs/runDetails.ts';
import { commandWithSecrets } from './restore/commandWithSecrets.ts';
import {
  codeUnknown,
  environmentNotSupported,
  networkOfHost,
  planMissing,
  resumeUnknown,
  runStillLive,
  terminalRun,
} from './errors.ts';
import { experimentRules } from './experimentRules.ts';
import { checkpointFiles } from './restore/placeCheckpoint.ts';
import { requireGpu } from './restore/requireGpu.ts';
import { readRules } from './readRules.ts';
import { reproductionName } from './reproductionName.ts';
import type { ReproductionOptions } from './reproductionOptions.ts';
import { withStoredStdin } from './storedStdin.ts';

export interface ReproduceRequest {
  readonly original: RunDetails;
  readonly store: string;
  /** The workspace that the store belongs to. Absolute. */
  readonly root: string;
  readonly toolVersion: string;
  /** The environment to start from; secrets that are not recorded are taken from it. */
  readonly variables: NodeJS.ProcessEnv;
  /** Over the rules of lockstep.yaml: tolerances of the command come last and win. */
  readonly options?: Partial<ReproductionOptions>;
  /** In place of the recorded command, for a trial with other parameters; secrets included. */
  readonly argv?: readonly string[];
  /** The output is watched in a colour terminal. */
  readonly colour?: boolean;
}

/**
 * Resolves when the supervisor has been started. Rejects with the reason when it is clear beforehand that the run
 * cannot be reproduced (see errors.ts), or with what launchRun rejects with.
 */
export async function reproduceRun(request: ReproduceRequest, launch: LaunchOptions): Promise<LaunchedRun> {
  const { original, variables } = request;
  const plan = requireReproducible(original, request.options?.environment);
  requireNetworkKept(plan, request.options);
  const gpu = await requireGpu(request.options ?? {}, plan, { variables });
  const { file, note } = await readRules({ ...request, plan });
  const rules = experimentRules(file, plan.experiment);
  if (request.options?.checkpoint !== undefined) {
    checkpointFiles(original, request.options.checkpoint);
    if (rules.resume === undefined) throw resumeUnknown(plan.experiment);
  }
  const options: Partial<ReproductionOptions> = {
    ...request.options,
    ...(gpu === undefined ? {} : { gpu }),
    tolerances: [
      ...rules.tolerances.map(rule => ({ ...rule, from: 'experiment' as const })),
      ...(request.options?.tolerances ?? []).map(rule => ({ ...rule, from: 'command' as const })),
    ],
    volatile: rules.volatile,
    ...(note === undefined ? {} : { notes: [note] }),
    ...(request.options?.checkpoint === undefined || rules.resume === undefined
      ? {}
      : { resume: rules.resume }),
  };
  const purpose = purposeOf(request.options);
  // What the original was read with is what is compared.
  const tracking = (await launchedTracking(original.dir)) ?? trackingOf(file, plan.experiment);
  const command = [...(request.argv ?? commandWithSecrets(plan, variables))];
  // Last: what is refused before takes no number.
  const name = await reproductionName(original, purpose);
  return withStoredStdin(plan, original.dir, input =>
    launchRun(
      {
        ...(name === undefined ? {} : { name }),
        argv: command,
        variables,
        toolVersion: request.toolVersion,
        store: request.store,
        root: request.root,
        cwd: request.root,
        tags: [],
        ...(plan.experiment === undefined ? {} : { experiment: plan.experiment }),
        environment: request.options?.environment === 'python' ? { kind: 'python' } : plan.environment,
        declaredInputs: plan.declaredInputs,
        declaredOutputs: plan.declaredOutputs,
        tracking,
        metricLines: printsMetrics(original),
        ...input,
        colour: request.colour ?? false,
        reproduces: plan.id,
        ...(purpose === undefined ? {} : { purpose }),
        recordOperations: request.options?.recordOperations ?? false,
        options,
      },
      launch,
    ),
  );
}

/** Throws `network-of-host`: nobody who asks for no network may get one. */
export function requireNetworkKept(plan: Plan, options: ReproduceRequest['options'] = {}): void {
  const inContainer =
    plan.environment.container !== undefined && (options.environment ?? 'recorded') === 'recorded';
  if (options.network === false && !inContainer) throw networkOfHost();
}

function purposeOf(options: ReproduceRequest['options']): LaunchSpec['purpose'] {
  return options?.purpose === 'attest' ? undefined : options?.purpose;
}

/** What the record alone says: the plan of a run that can be reproduced. Throws the reason why it cannot. */
export function requireReproducible(original: RunDetails, asked?: ReproductionOptions['environment']): Plan {
  const { plan, id } = original;
  if (plan === undefined) throw planMissing(id, original.problems[0]);
  requireOwnCommand(plan, 'reproduced');
  requireConfirmed(original, reproductionPlace(plan.environment, asked));
  if (original.state === 'preparing' || original.state === 'running' || original.stillRunning)
    throw runStillLive(id);
  const { kind, container } = plan.environment;
  if (kind !== 'host' && kind !== 'python' && container === undefined) throw environmentNotSupported(kind);
  if (plan.code.known === 'unknown') throw codeUnknown(id, plan.code.reason);
  if (plan.tty) throw terminalRun(id);
  return plan;
}
