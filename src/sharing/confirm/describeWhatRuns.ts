/**
 * What a run would do on this machine, for a person to read before they say yes: everything that decides what is executed
 * and what it can reach. Nothing is left out to be short, and no character hides.
 */
import { formatCommand } from '../../base/runCommand.ts';
import { knownValue } from '../../runs/known.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { visibleText } from './visibleText.ts';

export interface DescribedPart {
  /** `command`, `folder`, `environment`… */
  readonly label: string;
  /** One item a line; safe to print. */
  readonly lines: readonly string[];
}

export interface WhatRuns {
  readonly id: string;
  /** Where it came from, one line; safe to print. */
  readonly from: string;
  readonly parts: readonly DescribedPart[];
}

/** Whether a person has yet to agree to what a run does: it came from somebody else. */
export function needsConfirmation(run: Pick<RunDetails, 'shared'>): boolean {
  return run.shared !== undefined && run.shared.confirmedAt === undefined;
}

export function describeWhatRuns(run: RunDetails): WhatRuns {
  const { plan, captured, result, shared } = run;
  const code = knownValue(plan?.code);
  const parts: DescribedPart[] = [];
  const add = (label: string, lines: readonly (string | undefined)[]): void => {
    const there = lines
      .filter(line => line !== undefined && line !== '')
      .map(line => visibleText(line ?? ''));
    if (there.length > 0) parts.push({ label, lines: there });
  };
  const [program = '', ...args] = plan?.argv ?? [];
  add('command', [formatCommand(program, args)]);
  add('folder', [
    plan?.cwd === '' ? 'the top of a private checkout' : `${plan?.cwd ?? ''} in a private checkout`,
  ]);
  add('code', [
    code === undefined ? 'not known' : `snapshot ${code.tree.slice(0, 12)}`,
    code?.head === undefined
      ? undefined
      : `commit ${code.head.slice(0, 12)}${code.branch === undefined ? '' : ` of ${code.branch}`}`,
    ...(code?.changed ?? []).slice(0, 20).map(({ path, status }) => `${status} ${path}`),
    (code?.changedCount ?? 0) > 20 ? `and ${(code?.changedCount ?? 0) - 20} more changed files` : undefined,
  ]);
  add('environment', environmentLines(run));
  const variables = Object.entries(plan?.variables ?? {}).flatMap(([name, variable]) =>
    'value' in variable && typeof variable.value === 'string' ? [`${name}=${variable.value}`] : [],
  );
  add('variables', variables);
  add(
    'secrets',
    (plan?.secretArguments ?? []).map(place => `asked for: ${plan?.argv[place] ?? ''}`),
  );
  add('reads', paths((captured?.inputs ?? []).filter(input => input.inSnapshot !== true)));
  add(
    'writes',
    paths([...(result?.outputs ?? []), ...(plan?.declaredOutputs ?? []).map(path => ({ path }))]),
  );
  add('network', [networkLine(run)]);
  const who = shared?.sharedBy === undefined ? '' : ` by ${shared.sharedBy}`;
  return {
    id: run.id,
    from: visibleText(
      shared === undefined ? 'recorded here' : `shared${who} in ${shared.remote} (${shared.url})`,
    ),
    parts,
  };
}

function environmentLines({ plan }: RunDetails): (string | undefined)[] {
  if (plan === undefined) return [];
  const { kind, container, python } = plan.environment;
  const interpreter = knownValue(plan.interpreter);
  if (container === undefined)
    return [
      kind === 'host' ? 'this machine, as you' : kind,
      interpreter === undefined ? undefined : `interpreter ${interpreter.path}`,
      python === undefined ? undefined : `environment ${python.folder}`,
    ];
  const asked = Object.keys(container.passed ?? {});
  return [
    `${kind}, image ${container.image ?? container.imageId}`,
    container.image === undefined ? undefined : container.imageId,
    ...container.repoDigests,
    container.user === undefined ? undefined : `user ${container.user}`,
    ...(container.mounts ?? []).map(
      ({ type, source, target }) => `had ${type} ${source} at ${target}; it is not given here`,
    ),
    asked.length === 0
      ? undefined
      : `had settings ${asked.join(', ')}; of those only what gives no rights over this machine`,
  ];
}

function networkLine({ plan }: RunDetails): string {
  const container = plan?.environment.container;
  if (container === undefined) return 'as this machine has it';
  return container.network === 'none' ? 'none' : 'as the container has it; --no-network takes it away';
}

const mostPaths = 40;

function paths(uses: readonly { readonly path: string }[]): string[] {
  const all = [...new Set(uses.map(({ path }) => path))];
  return all.length > mostPaths ? [...all.slice(0, mostPaths), `and ${all.length - mostPaths} more`] : all;
}
