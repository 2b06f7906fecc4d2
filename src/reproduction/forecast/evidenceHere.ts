/**
 * What this machine has shown of a run already: its verdicts and determinism probes. Invariant: what happened on another
 * machine, or with other ingredients, says nothing here.
 */
import type { ForecastLimit } from '../../runs/forecast.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { Verdict } from '../../runs/verdict.ts';
import type { Machine } from '../probe/machineOf.ts';
import { sameMachine } from '../probe/machineOf.ts';
import { probesOf, type RecordedProbe } from '../probe/readProbes.ts';

export interface EvidenceQuestion {
  readonly original: Pick<RunDetails, 'verdicts'>;
  /** Of the run, oldest first. */
  readonly probes: readonly RecordedProbe[];
  readonly machine: Machine;
  /** Where a reproduction executed; undefined where its record is gone, and then its verdict names the host. */
  readonly machineOfRun: (id: string) => Promise<Machine | undefined>;
}

export interface Evidence {
  /** What stands against equal bits. */
  readonly limits: readonly ForecastLimit[];
  /** A reproduction or a probe here gave equal bits, and none gave others. */
  readonly identical: boolean;
  /** What kept the newest one from identical and is seen only in a reproduction: it will keep the next one from it. */
  readonly lastingCaps: readonly string[];
}

export async function evidenceHere(question: EvidenceQuestion): Promise<Evidence> {
  const { original, machine, machineOfRun } = question;
  const here: Verdict[] = [];
  for (const verdict of original.verdicts) {
    if (verdict.broughtBy !== undefined || !hasSameIngredients(verdict)) continue;
    const on = (await machineOfRun(verdict.reproductionId)) ?? { ...machine, host: verdict.host };
    if (sameMachine(machine, on)) here.push(verdict);
  }
  const diverged = here.findLast(({ verdict }) => verdict === 'diverged');
  const differed = here.findLast(one => computed(one) === 'other');
  const probe = probesOf(machine, question.probes).at(-1)?.probe;
  const common = { ingredient: 'determinism', closeness: 'numerically-close' } as const;
  const limits: ForecastLimit[] = [
    ...(diverged === undefined
      ? differed === undefined
        ? []
        : [
            {
              ...common,
              text: `The reproduction ${shortOf(differed)} on this machine was not equal to the last bit.`,
            },
          ]
      : [{ ...common, text: `The reproduction ${shortOf(diverged)} on this machine already diverged.` }]),
    ...(probe === undefined || probe.identical
      ? []
      : [
          {
            ...common,
            text: `A determinism probe on this machine found two executions that differ: ${probe.sentence}`,
          },
        ]),
  ];
  const identical = here.some(one => computed(one) === 'equal') || probe?.identical === true;
  return {
    ...{ limits, identical: identical && limits.length === 0 },
    lastingCaps: (here.at(-1)?.caps ?? []).filter(cap => lasting.test(cap)),
  };
}

/** All others the forecast finds out by looking, or they came from where it ran then. */
const lasting =
  /^(?:code from outside the repository|the reproduction (?:read|wrote) |the code of the reproduction was not observed)| may be an output that was not written again$/;

/** Other code, data, parameters or packages explain another outcome by themselves. */
function hasSameIngredients({ ingredients }: Verdict): boolean {
  return !ingredients.some(
    ({ name, status }) => status === 'differs' && name !== 'hardware' && name !== 'determinism',
  );
}

/** Caps, which keep a verdict from identical, say nothing of the bits. */
function computed({ verdict, metrics, outputs, part }: Verdict): 'equal' | 'other' | 'unknown' {
  const words = [...metrics, ...(part === undefined ? outputs : [])]
    .filter(({ volatile }) => !volatile)
    .map(one => one.verdict);
  if (verdict === 'diverged') return 'other';
  if (words.some(word => word === 'diverged' || word === 'within-tolerance')) return 'other';
  if (verdict === 'inconclusive') return 'unknown';
  return verdict === 'identical' || (words.length > 0 && words.every(word => word === 'identical'))
    ? 'equal'
    : 'unknown';
}

function shortOf({ reproductionId }: Verdict): string {
  return reproductionId.slice(-6);
}
