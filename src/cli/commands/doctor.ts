/** `lockstep doctor`: what is missing on this machine, and the command that mends it. */
import type { CliContext, Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { checkGit, checkNode, checkPython } from '../doctor/checkPrograms.ts';
import { checkEngine } from '../doctor/checkEngine.ts';
import { checkDiskSpace, checkStore } from '../doctor/checkStore.ts';
import { checkLogout, checkWatches } from '../doctor/checkSystem.ts';
import { openRuns } from '../openRuns.ts';
import type { OpenRuns } from '../openRuns.ts';
import type { DoctorCheck, DoctorOutput } from '../output/doctorOutput.ts';
import { jsonText } from '../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { shortId } from '../text/describe.ts';
import { printable } from '../text/printable.ts';

export const doctor: Subcommand = {
  name: 'doctor',
  async run(words, context) {
    const parser = newCommand(
      'doctor',
      'What is missing on this machine, and the command that mends it.',
      context,
    ).addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const opened = await openRuns(context);
    const programs = await Promise.all([
      checkGit(context.env),
      checkPython(context.env),
      checkEngine(context.env),
    ]);
    const places = await Promise.all([
      checkStore(opened.project.store),
      checkDiskSpace(opened.project.root),
      checkLogout(context.env),
      checkWatches(),
      checkRuns(opened),
    ]);
    const checks = [checkNode(process.version), ...programs, checkRepository(opened), ...places];
    const output: DoctorOutput = { schemaVersion: 1, checks };
    if (parser.opts<{ json?: boolean }>().json === true) context.terminal.out(jsonText(output));
    else tell(checks, context);
    return checks.some(check => check.status === 'missing') ? exitCodes.negative : exitCodes.done;
  },
};

function checkRepository({ project }: OpenRuns): DoctorCheck {
  return project.inGit
    ? { name: 'repository', status: 'good', found: project.root }
    : {
        name: 'repository',
        status: 'warning',
        found: `${project.root} is not in git: runs are recorded without their code`,
        mend: 'git init',
      };
}

/** Runs whose supervisor died, and records that cannot be read. */
async function checkRuns({ runs }: OpenRuns): Promise<DoctorCheck> {
  const all = await runs.list();
  const orphans = all.filter(run => run.state === 'lost' && run.stillRunning);
  const lost = all.filter(run => run.state === 'lost' && !run.stillRunning);
  const damaged = all.filter(run => run.problem !== undefined);
  const found = [
    `${all.length} recorded`,
    ...(lost.length > 0 ? [`${lost.length} lost (their supervisor was killed)`] : []),
    ...(orphans.length > 0 ? [`${orphans.length} still running without a supervisor`] : []),
    ...(damaged.length > 0
      ? [
          `${damaged.length} damaged: ${damaged
            .slice(0, 3)
            .map(run => shortId(run.id))
            .join(', ')}`,
        ]
      : []),
  ].join(', ');
  const [orphan] = orphans;
  if (orphan !== undefined)
    return { name: 'runs', status: 'warning', found, mend: `lockstep cancel ${shortId(orphan.id)}` };
  const [broken] = damaged;
  if (broken !== undefined)
    return { name: 'runs', status: 'warning', found, mend: `lockstep show ${shortId(broken.id)}` };
  return { name: 'runs', status: 'good', found };
}

function tell(checks: readonly DoctorCheck[], { terminal }: CliContext): void {
  const widest = Math.max(...checks.map(check => check.name.length));
  for (const { name, status, found, mend } of checks) {
    const mark =
      status === 'good'
        ? terminal.paint('green', '✓')
        : status === 'warning'
          ? terminal.paint('yellow', '!')
          : terminal.paint('red', '✗');
    terminal.out(`${mark} ${name.padEnd(widest)}  ${printable(found)}\n`);
    if (mend !== undefined) terminal.out(`  ${' '.repeat(widest)}  → ${printable(mend)}\n`);
  }
}
