/** What somebody who is given a run will not have: said when it is shared, while its author can still mend it. */
import { isAbsolute } from 'node:path';
import { describeGaps, isLacking } from '../git/gaps.ts';
import { knownValue } from '../runs/known.ts';
import type { RunDetails } from '../runs/runDetails.ts';
import type { GivenData } from './giveData.ts';
import type { LeftOut } from './record/keptFiles.ts';

export interface Lack {
  readonly kind:
    'artifact' | 'data' | 'image' | 'input' | 'submodule' | 'file' | 'secret' | 'packages' | 'code';
  /** The path, image or variable. */
  readonly what: string;
  /** Why, and what would help; one sentence without its end. */
  readonly why: string;
  /** Where the kind does not say it: whether the run cannot be reproduced without it. */
  readonly needed?: boolean;
}

/** Whether nobody else can reproduce the run without it. */
export function isNeeded({
  kind,
  needed,
}: {
  readonly kind: string;
  readonly needed?: boolean | undefined;
}): boolean {
  return needed ?? ['code', 'data', 'file', 'input', 'submodule'].includes(kind);
}

const most = 50;

/** What the program kept and nobody else gets. */
export function lackingArtifacts(left: readonly LeftOut[]): Lack[] {
  const lacks = left.slice(0, most).map(({ path, why }): Lack => ({ kind: 'artifact', what: path, why }));
  const rest = left.length - lacks.length;
  return rest === 0
    ? lacks
    : [...lacks, { kind: 'artifact', what: '', why: `${rest} more files that the program logged` }];
}

/** @param data How giving the pinned data went; absent where nobody tried. */
export function findLacks(run: RunDetails, data: GivenData | undefined): Lack[] {
  const { plan, captured } = run;
  if (plan === undefined) return [];
  const lacks: Lack[] = (data?.troubles ?? []).map(({ path, why }) => ({ kind: 'data', what: path, why }));
  const code = knownValue(plan.code);
  if (plan.code.known === 'unknown') lacks.push({ kind: 'code', what: 'code', why: plan.code.reason });
  for (const gap of (code?.gaps ?? []).filter(isLacking))
    lacks.push({ kind: 'file', what: gap.path, why: describeGaps([gap]) ?? 'not held by the snapshot' });
  const { container } = plan.environment;
  // Podman names what was built here after this machine.
  if (container?.repoDigests.every(name => /^(?:localhost|127\.0\.0\.1|\[::1\])[:/]/.test(name)) === true)
    lacks.push({
      kind: 'image',
      what: container.image ?? container.imageId,
      why: 'the image is only on this machine; push it to a registry, or others have to build it from the same files',
    });
  const pinned = [...(plan.pins ?? []), ...(run.result?.pinned ?? [])].map(({ path }) => path);
  const gaps = new Set((code?.gaps ?? []).map(({ path }) => path));
  for (const input of captured?.inputs ?? []) {
    if (input.inSnapshot === true || input.problem === 'missing' || gaps.has(input.path)) continue;
    if (pinned.some(path => covers(path, input.path) || covers(input.path, path))) continue;
    lacks.push(
      input.opened === undefined
        ? {
            kind: 'input',
            what: input.path,
            why: isAbsolute(input.path)
              ? 'read from outside of the repository, where no tool pins it'
              : 'read, but neither part of the code nor pinned; pin it with lockstep data add, and run again',
          }
        : {
            kind: 'input',
            what: input.path,
            why: 'the run wrote to it, and what it held before stays on this machine',
            // Without its start it is made all the same, and cannot be compared.
            ...(input.opened === 'append' ? { needed: false } : {}),
          },
    );
  }
  for (const place of plan.secretArguments)
    lacks.push({
      kind: 'secret',
      what: plan.argv[place] ?? '',
      why: 'a secret of the command, which everybody gives anew',
    });
  const host = plan.environment.kind === 'host' || plan.environment.kind === 'python';
  if (host && knownValue(plan.interpreter) !== undefined && knownValue(captured?.packages) === undefined)
    lacks.push({ kind: 'packages', what: 'Python packages', why: 'they were not captured' });
  return lacks.slice(0, most);
}

function covers(folder: string, path: string): boolean {
  return folder === path || path.startsWith(`${folder}/`);
}
