/** `lockstep env create`: a devcontainer for this project, from a template or as the project's files propose. */
import { detectGpus } from '../../../environments/gpu/detectGpus.ts';
import type { TemplateProposal } from '../../../environments/templates/chooseTemplate.ts';
import { readOptionWords } from '../../../environments/templates/checkOptions.ts';
import { createEnvironment } from '../../../environments/templates/createEnvironment.ts';
import type { CreatedEnvironment } from '../../../environments/templates/createEnvironment.ts';
import { doubtfulVersions } from '../../../environments/templates/doubtfulVersions.ts';
import { projectFileRefused } from '../../../environments/templates/errors.ts';
import { readProjectFacts } from '../../../environments/templates/project/readProjectFacts.ts';
import { proposeTemplate } from '../../../environments/templates/proposeTemplate.ts';
import { findTemplate, readTemplates } from '../../../environments/templates/readTemplates.ts';
import { locateProject } from '../../../git/locateProject.ts';
import type { CliContext, Subcommand } from '../../cliContext.ts';
import { exitCodes } from '../../cliContext.ts';
import { jsonText } from '../../output/jsonText.ts';
import { collected, jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { printable } from '../../text/printable.ts';

export const envCreate: Subcommand = {
  name: 'env create',
  async run(words, context) {
    const parser = newCommand('env create', 'Gives this project a devcontainer.', context)
      .argument('[template]', 'as listed by lockstep env templates; what the project needs when left out')
      .option(
        '-o, --option <name=value>',
        'a value for an option of the template; may be repeated',
        collected,
      )
      .option('--force', 'replace what is there; what it was is kept in the trash for 30 days')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ option?: string[]; force?: true; json?: true }>();
    const given = readOptionWords(flags.option ?? []);
    const templates = await readTemplates();
    const { root, store } = await locateProject(context.cwd, context.env);
    const [id] = parser.args;
    const proposal =
      id === undefined
        ? await proposeTemplate(
            root,
            await detectGpus({ variables: context.env, signal: context.signal }),
            context.signal,
          )
        : undefined;
    const [unread] = proposal?.unread ?? [];
    if (unread !== undefined) throw projectFileRefused(printable(unread.file), printable(unread.why));
    const created = await createEnvironment(
      findTemplate(templates, id ?? proposal?.template ?? ''),
      { ...proposal?.options, ...given },
      { root, store, force: flags.force === true, signal: context.signal },
    );
    // A bad file of the project is no matter to a template that was named.
    const doubts = doubtfulVersions(
      created.template,
      created.options,
      await readProjectFacts(root, context.signal),
    );
    for (const doubt of doubts) context.terminal.err(`lockstep: ${printable(doubt)}\n`);
    if (flags.json === true)
      context.terminal.out(
        jsonText({ schemaVersion: 1, root, ...created, ...(proposal === undefined ? {} : said(proposal)) }),
      );
    else tell(created, proposal, context);
    return exitCodes.done;
  },
};

function said({ reasons, notes }: TemplateProposal): Pick<TemplateProposal, 'reasons' | 'notes'> {
  return { reasons, notes };
}

function tell(
  created: CreatedEnvironment,
  proposal: TemplateProposal | undefined,
  context: CliContext,
): void {
  const { terminal } = context;
  terminal.out(`Made a devcontainer from ${terminal.paint('bold', created.template)}.\n`);
  for (const line of [...(proposal?.reasons ?? []), ...(proposal?.notes ?? [])])
    terminal.out(`  ${printable(line)}\n`);
  for (const [name, value] of Object.entries(created.options))
    if (value !== '') terminal.out(`  ${printable(name)}=${printable(value)}\n`);
  for (const path of created.files) terminal.out(`  ${terminal.paint('green', '+')} ${printable(path)}\n`);
  for (const [path, copy] of Object.entries(created.kept))
    terminal.out(`  ${printable(path)} is replaced; what it was is kept for 30 days in ${printable(copy)}\n`);
  terminal.out('Start it with lockstep env up\n');
}
