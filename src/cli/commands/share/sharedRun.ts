/**
 * Runs that somebody else shared, on their way to being executed: looked for in the remotes where they are not here,
 * shown, confirmed by a person, and only then given their code.
 */
import { LockstepError } from '../../../base/lockstepError.ts';
import { requireConfirmed } from '../../../reproduction/requireConfirmed.ts';
import type { RunDetails } from '../../../runs/runDetails.ts';
import type { ConfirmedPlace } from '../../../runs/sharedRecord.ts';
import { confirmRun } from '../../../sharing/confirm/confirmRun.ts';
import {
  linksLabel,
  needsConfirmation,
  type DescribedPart,
  type WhatRuns,
} from '../../../sharing/confirm/describeWhatRuns.ts';
import { readWhatRuns } from '../../../sharing/confirm/readWhatRuns.ts';
import { couldBeRunId, ensureSharedCode, findSharedRun } from '../../../sharing/findSharedRun.ts';
import { askPerson, type Answer } from '../../askYes.ts';
import type { CliContext } from '../../cliContext.ts';
import { exitCodes } from '../../cliContext.ts';
import type { OpenRuns } from '../../openRuns.ts';
import { shortId } from '../../text/describe.ts';
import { withShareTask, type CliShareTask } from './shareTask.ts';

/**
 * Like `runs.resolve`; what is not here, and could be the id of a run, is looked for among the shared runs. The exit code
 * where Ctrl-C ended it.
 */
export async function resolveHereOrShared(
  reference: string,
  { runs, project }: OpenRuns,
  context: CliContext,
): Promise<string | number> {
  try {
    return await runs.resolve(reference);
  } catch (error) {
    const unknown = error instanceof LockstepError && error.code === 'run-not-found';
    if (!unknown || !project.inGit || !couldBeRunId(reference)) throw error;
    context.terminal.err('It is not here: looking among the shared runs of the remotes.\n');
    return onTheWay(context, async task => {
      const id = await findSharedRun({ store: project.store, root: project.root, reference }, task);
      task.clear();
      context.terminal.err(`Fetched run ${shortId(id)}.\n`);
      return id;
    });
  }
}

/** The run with its code, after a person's yes where it takes one; the exit code where Ctrl-C or the end of the input ended it. Throws `not-confirmed`. */
export async function confirmedRun(
  id: string,
  { runs, project }: OpenRuns,
  { yes, place }: { readonly yes: boolean; readonly place: ConfirmedPlace },
  context: CliContext,
): Promise<RunDetails | number> {
  const run = await runs.read(id);
  const asks = needsConfirmation(run, place);
  const before = asks ? await readWhatRuns(project.store, run, place) : undefined;
  if (before !== undefined) {
    show(before, context);
    const answer = yes ? 'yes' : await agrees(context);
    if (answer === 'left') return exitCodes.cancelled;
    if (answer === 'no') requireConfirmed(run, place);
  }
  // In the workspace its code is not what runs.
  if (run.shared !== undefined && place !== 'workspace') {
    const ended = await onTheWay(context, task => ensureSharedCode({ root: project.root, run }, task));
    if (typeof ended === 'number') return ended;
  }
  if (before !== undefined) {
    const links = linksOf(await readWhatRuns(project.store, run, place));
    // They came with the code.
    if (links !== undefined && JSON.stringify(links) !== JSON.stringify(linksOf(before))) {
      show({ ...before, parts: [links] }, context);
      const answer = yes ? 'yes' : await agrees(context);
      if (answer === 'left') return exitCodes.cancelled;
      if (answer === 'no') requireConfirmed(run, place);
    }
    await confirmRun(project.store, id, place);
  }
  return runs.read(id);
}

function linksOf({ parts }: WhatRuns): DescribedPart | undefined {
  return parts.find(({ label }) => label === linksLabel);
}

/** On standard error, so that --json keeps its one document. */
function show({ id, from, parts }: WhatRuns, { terminal }: CliContext): void {
  terminal.err(`Run ${shortId(id)}, ${from}, would run on this machine:\n`);
  for (const { label, lines } of parts)
    lines.forEach((line, place) =>
      terminal.err(`  ${terminal.paintErr('dim', (place === 0 ? label : '').padEnd(14))} ${line}\n`),
    );
}

/** Where nobody can be asked, it is a no. */
async function agrees({ terminal }: CliContext): Promise<Answer> {
  return terminal.interactive ? askPerson('Run it?', terminal) : 'no';
}

async function onTheWay<T>(
  context: CliContext,
  work: (task: CliShareTask) => Promise<T>,
): Promise<T | number> {
  let result: { readonly value: T } | undefined;
  const code = await withShareTask(context, 'Nothing was run.', async task => {
    result = { value: await work(task) };
    return exitCodes.done;
  });
  return result === undefined ? code : result.value;
}
