/** `lockstep rerun`: the command of a recorded run once more, in the workspace as it is now, with changes. */
import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { readTracking } from '../../execution/experiments/launchTracking.ts';
import { changedCommand } from '../../reproduction/changedCommand.ts';
import { withStoredStdin } from '../../reproduction/storedStdin.ts';
import type { Plan } from '../../runs/plan.ts';
import { printsMetrics } from '../../runs/printsMetrics.ts';
import type { Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { environmentForRun } from '../environmentForRun.ts';
import { planMissing } from '../errors.ts';
import { openRuns } from '../openRuns.ts';
import { parseParams } from '../parseParams.ts';
import { collected, jsonOption, newCommand, parseWords, refuseCommand } from '../readWords.ts';
import { confirmedRun } from './share/sharedRun.ts';
import { superviseFromTerminal } from '../superviseFromTerminal.ts';

export const rerun: Subcommand = {
  name: 'rerun',
  async run(words, context) {
    const parser = newCommand('rerun', 'Run again in the workspace as it is now, with changes.', context)
      .argument('<run>', '@1, an id, a part of one, or a name')
      .option('--param <name=value>', 'another value for a parameter; may be given several times', collected)
      .option('--name <name>', 'a name for the new run')
      .option('--tag <tag>', 'a tag; may be given several times', collected)
      .option('--env <kind>', 'where to run: host, python or devcontainer; else as it ran')
      .option('--yes', 'run what somebody else shared without asking')
      .option('--detach', 'print the id of the run and leave it running')
      .addOption(jsonOption());
    refuseCommand(words, 'rerun');
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<RerunFlags>();
    const { runs, project } = await openRuns(context);
    const id = await runs.resolve(parser.args[0] ?? '');
    const yes = flags.yes === true;
    const run = await confirmedRun(id, { runs, project }, { yes, place: 'workspace' }, context);
    if (typeof run === 'number') return run;
    const { plan, problems } = run;
    if (plan === undefined) throw planMissing(id, problems[0]);
    const how = { detach: flags.detach === true, json: flags.json === true };
    const kind = flags.env ?? kindOf(plan);
    const where = await environmentForRun(kind, project.root, how, context);
    if (typeof where === 'number') return where;
    const argv = changedCommand(plan, parseParams(flags.param ?? [], 'lockstep rerun'), context.env);
    if (plan.stdin === 'terminal')
      context.terminal.err(
        'lockstep: the run had a terminal, which this one has not; what it asks for, it finds ended\n',
      );
    const tracking = await readTracking(project.root, plan.experiment);
    return withStoredStdin(plan, run.dir, input =>
      superviseFromTerminal(
        {
          argv,
          toolVersion: packageJson.version,
          store: project.store,
          root: project.root,
          cwd: join(project.root, plan.cwd),
          variables: context.env,
          ...(flags.name === undefined ? {} : { name: flags.name }),
          tags: [...new Set([...plan.tags, ...(flags.tag ?? [])])],
          ...(plan.experiment === undefined ? {} : { experiment: plan.experiment }),
          ...where,
          declaredInputs: plan.declaredInputs,
          declaredOutputs: plan.declaredOutputs,
          ...(plan.pinOutputs === undefined ? {} : { pinOutputs: plan.pinOutputs }),
          metricLines: printsMetrics(run),
          tracking,
          rerunOf: id,
          ...input,
          colour: context.terminal.colour,
        },
        how,
        context,
      ),
    );
  },
};

interface RerunFlags {
  readonly param?: string[];
  readonly name?: string;
  readonly tag?: string[];
  readonly env?: string;
  readonly yes?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
}

/** One of a kind that this version does not know runs on the host. */
function kindOf({ environment: { kind } }: Plan): string {
  return kind === 'python' || kind === 'devcontainer' ? kind : 'host';
}
