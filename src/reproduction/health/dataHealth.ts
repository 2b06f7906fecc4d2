/** Whether what a run read is still to be had, and whether anybody but this machine has it. */
import { isAbsolute } from 'node:path';
import { dirname } from 'node:path/posix';
import { errorText } from '../../base/systemError.ts';
import type { DataProject } from '../../data/operations/dataProject.ts';
import { possibleConfigs } from '../../data/operations/recordedDataProject.ts';
import { openDataProject } from '../../data/operations/openDataProject.ts';
import type { Repository } from '../../git/findRepository.ts';
import type { FileUse } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { HealthProblem } from '../../runs/runHealth.ts';
import type { ReadingBudget } from '../forecast/fileNow.ts';
import { inputsOf, lookAtData, type DataLook } from '../forecast/lookAtData.ts';
import { lookAtPinned, type PinnedLook, type RemoteQuestion } from '../forecast/lookAtPinned.ts';
import { possiblePinFiles, snapshotPins } from '../forecast/snapshotPins.ts';
import { lookUpInTree, type SnapshotTree } from '../forecast/snapshotTree.ts';
import { pinnedSince } from '../restore/pinnedSince.ts';
import { foldersOfEnvironment } from '../restore/environmentFolders.ts';
import type { Findings } from './findings.ts';

export interface DataHealthQuestion {
  readonly original: RunDetails;
  readonly plan: Plan;
  readonly store: string;
  readonly repository: Repository | undefined;
  readonly root: string;
  readonly variables: NodeJS.ProcessEnv;
  readonly remote: RemoteQuestion;
  readonly budget: ReadingBudget;
  readonly shared: SharedLooks;
}

/** What several runs need, looked at once for all of them. */
export class SharedLooks {
  #project: Promise<DataProject> | undefined;
  readonly #pinned = new Map<string, Promise<PinnedHere>>();

  /** The data of the workspace. */
  project(open: () => Promise<DataProject>): Promise<DataProject> {
    return (this.#project ??= open());
  }

  /** Runs of the same code that read the same files have the same pins. */
  pinned(key: string, look: () => Promise<PinnedHere>): Promise<PinnedHere> {
    const known = this.#pinned.get(key) ?? look();
    this.#pinned.set(key, known);
    return known;
  }
}

interface PinnedHere {
  readonly looks: readonly PinnedLook[];
  readonly tree?: SnapshotTree;
  /** Why the pins could not be looked at. */
  readonly problem?: string;
}

export interface DataHealth extends Findings {
  /** As a forecast sees it. */
  readonly look: DataLook;
}

/** Rejects only when aborted. */
export async function dataHealth(question: DataHealthQuestion): Promise<DataHealth> {
  const { original, plan, repository, root, variables, remote, budget, store } = question;
  const { captured, result } = original;
  const problems: HealthProblem[] = [];
  const unchecked: string[] = [];
  const code = knownValue(plan.code);
  const environmentFolders = await foldersOfEnvironment(plan, captured, true);
  const gaps = new Set((code?.gaps ?? []).map(gap => gap.path));
  const inputs = inputsOf({ captured, plan, environmentFolders, gaps });
  const pinned = await pinnedHere(question, inputs);
  if (pinned.problem !== undefined) unchecked.push(pinned.problem);
  const look = await lookAtData({
    ...{ plan, original, store, captured, result, repository, workspace: root, environment: variables },
    ...{ environmentFolders, gaps, remote, budget, tree: pinned.tree, pinned: { looks: pinned.looks } },
  });
  const pinnedAs = (path: string): readonly PinnedLook[] =>
    pinned.looks.filter(one => overlap(one.path, path));
  for (const one of new Set(inputs.flatMap(({ path }) => pinnedAs(path)))) tell(one, problems, unchecked);
  problems.push(...look.items.filter(one => pinnedAs(one.what).length === 0).flatMap(itemProblem));
  const written = new Set((result?.outputs ?? []).map(output => output.path));
  const lost = new Set([...look.missing, ...look.changed.map(({ path }) => path)]);
  const unpinned = inputs
    .filter(({ path, how }) => !isAbsolute(path) && how !== 'ambiguous' && !lost.has(path))
    .map(({ path }) => path)
    .filter(path => !written.has(path) && pinnedAs(path).length === 0)
    .filter(path => pinned.tree?.entries.has(path) !== true);
  const since = await pinnedSince(root, unpinned);
  problems.push(
    ...unpinnedProblems(
      unpinned.filter(path => !since.has(path)),
      unpinnedProblem,
    ),
    ...unpinnedProblems([...since], pinnedLater),
  );
  return { problems: shortened(problems), unchecked: unchecked.slice(0, mostTold), look };
}

const mostTold = 20;

function shortened(problems: readonly HealthProblem[]): HealthProblem[] {
  const rest = problems.slice(mostTold);
  const [first] = rest;
  if (first === undefined) return [...problems];
  const severity = rest.some(one => one.severity === 'gone') ? 'gone' : 'at-risk';
  return [
    ...problems.slice(0, mostTold),
    {
      ...{ code: first.code, ingredient: 'data', severity },
      message:
        severity === 'gone'
          ? `${rest.length} more files are missing, have changed, or are nowhere but here.`
          : `${rest.length} more files are nowhere but here.`,
    },
  ];
}

async function pinnedHere(
  { plan, repository, root, variables, remote, shared }: DataHealthQuestion,
  inputs: readonly FileUse[],
): Promise<PinnedHere> {
  const code = knownValue(plan.code);
  const paths = inputs.filter(one => !isAbsolute(one.path)).map(one => one.path);
  if (repository === undefined || code === undefined || paths.length === 0) return { looks: [] };
  const task = { environment: variables, signal: remote.signal };
  return shared.pinned([code.tree, ...paths].join('\0'), async () => {
    try {
      const pins = plan.pins ?? [];
      const tree = await lookUpInTree(
        repository,
        code.tree,
        new Set([...possiblePinFiles(paths, pins), ...possibleConfigs(paths).values(), ...paths]),
        task,
      );
      const scrubbed = { ...variables, GIT_DIR: undefined, GIT_WORK_TREE: undefined };
      const found = await snapshotPins({
        ...{ workspace: root, repository, tree, inputs: paths, pins, environment: variables },
        ...{ signal: remote.signal, project: shared.project(() => openDataProject(root, scrubbed)) },
      });
      const looks: PinnedLook[] = [];
      for (const one of found) looks.push(...(await lookAtPinned(one.repository, one.pins, remote, true)));
      return { looks, tree };
    } catch (error) {
      remote.signal?.throwIfAborted();
      return { looks: [], problem: `pinned data could not be looked at: ${errorText(error)}` };
    }
  });
}

function tell(look: PinnedLook, problems: HealthProblem[], unchecked: string[]): void {
  const { path, availability, inRemote, reason } = look;
  if (availability === 'gone')
    problems.push({
      ...{ code: 'data-missing', ingredient: 'data', severity: 'gone' },
      message: `${path} is gone: ${reason ?? 'nobody has it'}.`,
      mend: 'Have it pushed from a machine that has it: lockstep data push',
    });
  else if (availability === 'here' && inRemote === false && reason === undefined)
    problems.push({
      ...{ code: 'data-not-in-remote', ingredient: 'data', severity: 'at-risk' },
      message: `Only this machine has ${path}: its remote does not.`,
      mend: `Push it: lockstep data push ${path}`,
    });
  else if (reason !== undefined) unchecked.push(`${path}: ${reason.replace(/\.$/, '')}`);
}

/** Files that nothing but this folder has. Many in one folder are one problem, mended by one command. */
function unpinnedProblems(
  paths: readonly string[],
  problemOf: (what: string, path: string) => HealthProblem,
): HealthProblem[] {
  const folders = new Map<string, string[]>();
  for (const path of paths) folders.set(dirname(path), [...(folders.get(dirname(path)) ?? []), path]);
  return [...folders].flatMap(([folder, files]) =>
    folder === '.' || files.length === 1
      ? files.map(path => problemOf(path, path))
      : [problemOf(`${files.length} files of ${folder}`, folder)],
  );
}

function unpinnedProblem(what: string, path: string): HealthProblem {
  return {
    ...{ code: 'data-unpinned', ingredient: 'data', severity: 'at-risk' },
    message: `Only this folder has ${what}: neither git nor a pin holds what the run read.`,
    // A record never changes, so its run has no pin whatever is pinned later.
    mend: `Pin it, and run again for a record with the pin: lockstep data add ${path}`,
  };
}

function pinnedLater(what: string, path: string): HealthProblem {
  return {
    ...{ code: 'data-unpinned', ingredient: 'data', severity: 'at-risk' },
    message: `The code of the run has no pin of ${what}, pinned since: a reproduction has what it read from this folder alone.`,
    mend: `Run again for a record with the pin. Where it is missing: lockstep data checkout ${path}`,
  };
}

/** Of an item of the forecast that stands in the way. */
export function itemProblem({ ingredient, what, availability, reason, mend }: ForecastItem): HealthProblem[] {
  const common = { ingredient, severity: 'gone' } as const;
  if (availability === 'changed')
    return [
      {
        ...{ ...common, code: 'input-changed' },
        message: `${what} has changed since the run read it, and no pin holds what it was.`,
        mend: isAbsolute(what)
          ? 'Put the recorded content back; then move it into the repository, or bring it in: lockstep data import'
          : `Put the recorded content back; then pin it: lockstep data add ${what}`,
      },
    ];
  if (availability === 'gone')
    return [
      {
        ...{ ...common, code: 'data-missing' },
        message: `${what} is gone${reason === undefined ? '' : `: ${reason.replace(/\.+$/, '')}`}.`,
        mend: mend ?? 'Put back what the run read.',
      },
    ];
  return [];
}

function overlap(pinned: string, input: string): boolean {
  return pinned === input || pinned.startsWith(`${input}/`) || input.startsWith(`${pinned}/`);
}
