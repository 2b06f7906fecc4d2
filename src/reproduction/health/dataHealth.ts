/** Whether what a run read is still to be had, and whether anybody but this machine has it. */
import { isAbsolute, join } from 'node:path';
import { errorText } from '../../base/systemError.ts';
import type { DataProject } from '../../data/operations/dataProject.ts';
import { possibleConfigs } from '../../data/operations/recordedDataProject.ts';
import { openDataProject } from '../../data/operations/openDataProject.ts';
import type { Repository } from '../../git/findRepository.ts';
import type { FileUse } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { HealthProblem } from '../../runs/runHealth.ts';
import { fileNow, type ReadingBudget } from '../forecast/fileNow.ts';
import { inputsOf } from '../forecast/lookAtData.ts';
import { lookAtPinned, type PinnedLook, type RemoteQuestion } from '../forecast/lookAtPinned.ts';
import { possiblePinFiles, snapshotPins } from '../forecast/snapshotPins.ts';
import { lookUpInTree, type SnapshotTree } from '../forecast/snapshotTree.ts';
import { foldersOfEnvironment } from '../restore/environmentFolders.ts';
import type { Findings } from './findings.ts';

export interface DataHealthQuestion {
  readonly original: RunDetails;
  readonly plan: Plan;
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

/** Rejects only when aborted. */
export async function dataHealth(question: DataHealthQuestion): Promise<Findings> {
  const { original, plan } = question;
  const problems: HealthProblem[] = [];
  const unchecked: string[] = [];
  const code = knownValue(plan.code);
  const inputs = inputsOf({
    ...{ captured: original.captured, plan },
    environmentFolders: await foldersOfEnvironment(plan, true),
    gaps: new Set((code?.gaps ?? []).map(gap => gap.path)),
  });
  const pinned = await pinnedHere(question, inputs);
  if (pinned.problem !== undefined) unchecked.push(pinned.problem);
  const written = new Map((original.result?.outputs ?? []).map(output => [output.path, output]));
  const told = new Set<string>();
  for (const input of inputs) {
    const looks = pinned.looks.filter(look => overlap(look.path, input.path));
    for (const look of looks) if (!told.has(look.path)) tell(look, problems, unchecked);
    for (const look of looks) told.add(look.path);
    if (looks.length > 0 || pinned.tree?.entries.has(input.path) === true) continue;
    const found = await plainProblem(question, input, written.get(input.path));
    if (found !== undefined) problems.push(found);
  }
  return { problems: shortened(problems), unchecked: unchecked.slice(0, mostTold) };
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
      message: `${rest.length} more files are missing or have changed.`,
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

/** Undefined where nothing is wrong, or nobody can tell without reading much. */
async function plainProblem(
  { root, budget, remote }: DataHealthQuestion,
  input: FileUse,
  output: FileUse | undefined,
): Promise<HealthProblem | undefined> {
  // The run made it itself, or wrote over it.
  if (output !== undefined) return undefined;
  const path = isAbsolute(input.path) ? input.path : join(root, input.path);
  const now = await fileNow(path, input, budget, remote.signal);
  if (now.state === 'missing' && input.how !== 'ambiguous')
    return {
      ...{ code: 'data-missing', ingredient: 'data', severity: 'gone' },
      message: `${input.path}, which the run read, is not there any more.`,
      mend: 'Put it back where it was.',
    };
  if (now.state === 'changed')
    return {
      ...{ code: 'input-changed', ingredient: 'data', severity: 'gone' },
      message: `${input.path} has changed since the run read it, and no pin holds what it was.`,
      mend: isAbsolute(input.path)
        ? 'Put the recorded content back; then move it into the repository, or bring it in: lockstep data import'
        : `Put the recorded content back; then pin it: lockstep data add ${input.path}`,
    };
  return undefined;
}

function overlap(pinned: string, input: string): boolean {
  return pinned === input || pinned.startsWith(`${input}/`) || input.startsWith(`${pinned}/`);
}
