/** What will keep the verdict of a reproduction from `identical`, as far as it is known before, in the verdict's words. */
import { describeGaps } from '../../git/gaps.ts';
import { editedCode } from '../../runs/editedCode.ts';
import { knownValue } from '../../runs/known.ts';
import { leftCaps } from '../../runs/leftProcesses.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { unobserved } from '../verdict/ingredients/compareData.ts';
import type { CodeLook } from './lookAtCode.ts';
import type { DataLook } from './lookAtData.ts';
import type { EnvironmentLook } from './lookAtEnvironment.ts';

export interface CapsQuestion {
  readonly original: RunDetails;
  readonly code: CodeLook | undefined;
  readonly data: DataLook;
  readonly environment: EnvironmentLook;
  /** Of an earlier reproduction, for reasons that stand. */
  readonly seen?: readonly string[];
}

export function expectedCaps({ original, code, data, environment, seen = [] }: CapsQuestion): string[] {
  const { plan, captured, result } = original;
  if (plan === undefined) return [];
  const recorded = knownValue(plan.code);
  const { used, open } = editedCode(result);
  const edited = [...used, ...open];
  const inputs = unobserved({ plan, captured });
  const caps = [
    ...(environment.route?.caps ?? []),
    // A reproduction's own record may lack more than its gaps say: a submodule that was gone.
    ...(plan.code.known === 'declared' && recorded !== undefined && describeGaps(recorded.gaps) === undefined
      ? [`inexact snapshot${plan.code.reason === undefined ? '' : ` (${plan.code.reason})`}`]
      : []),
    ...(code?.caps ?? []),
    ...data.changed.map(({ path }) => `input ${path} has changed since`),
    ...data.presentCaps,
    ...data.unverified.map(path => `unverified input ${path}`),
    ...data.lost.filter(({ opened }) => opened !== 'append').map(({ path }) => `unverified input ${path}`),
    ...(edited.length === 0
      ? []
      : [`code was changed while the original ran (${edited.slice(0, 3).join(', ')})`]),
    ...leftCaps(result, 'the original'),
    ...(inputs === undefined ? [] : [`unverified inputs of the original: ${inputs}`]),
    ...seen,
  ];
  return [...new Set(caps)].slice(0, mostCaps);
}

const mostCaps = 50;
