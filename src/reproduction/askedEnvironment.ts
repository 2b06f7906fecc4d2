/** Where a reproduction is to run, by what was asked for and where the run ran. */
import type { Plan } from '../runs/plan.ts';
import { environmentUnknown, hostRunInContainer } from './errors.ts';
import type { ReproductionOptions } from './reproductionOptions.ts';

/**
 * Undefined: where the run ran. Throws `environment-not-supported` for what is no environment, and for one that the
 * run cannot be moved into: what came out there would say nothing of the run.
 * @param kind As `--env` names it.
 */
export function askedEnvironment(
  kind: string | undefined,
  ran: Plan['environment'] | undefined,
): ReproductionOptions['environment'] | undefined {
  const inside = ran?.container !== undefined;
  switch (kind) {
    case undefined:
      return undefined;
    case 'host':
      return kind;
    case 'devcontainer':
      if (!inside) throw hostRunInContainer();
      return undefined;
    case 'python':
      return kind;
    default:
      throw environmentUnknown(kind);
  }
}
