/** `lockstep env templates`: what a devcontainer can be made from, with the options of each. */
import { readTemplates } from '../../../environments/templates/readTemplates.ts';
import type { Template, TemplateOption } from '../../../environments/templates/template.ts';
import { frameworkTables } from '../../../environments/templates/versions.ts';
import type { CliContext, Subcommand } from '../../cliContext.ts';
import { exitCodes } from '../../cliContext.ts';
import { jsonText } from '../../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';

export const envTemplates: Subcommand = {
  name: 'env templates',
  async run(words, context) {
    const parser = newCommand('env templates', 'What a devcontainer can be made from.', context).addOption(
      jsonOption(),
    );
    if (!parseWords(parser, words)) return exitCodes.done;
    const templates = await readTemplates();
    if (parser.opts<{ json?: true }>().json === true)
      context.terminal.out(jsonText({ schemaVersion: 1, templates: templates.map(document) }));
    else tell(templates, context);
    return exitCodes.done;
  },
};

function document({ id, version, name, description, options }: Template): object {
  return { id, version, name, description, options, combinations: frameworkTables[id]?.versions ?? [] };
}

function tell(templates: readonly Template[], { terminal }: CliContext): void {
  for (const { id, description, options } of templates) {
    terminal.out(`${terminal.paint('bold', id)}  ${description}\n`);
    const widest = Math.max(...Object.keys(options).map(name => name.length));
    for (const [name, option] of Object.entries(options))
      terminal.out(`  ${name.padEnd(widest)}  ${valuesText(option)}\n`);
    terminal.out('\n');
  }
  terminal.out('lockstep env create [TEMPLATE] --option NAME=VALUE\n');
}

function valuesText(option: TemplateOption): string {
  const values = option.enum ?? option.proposals ?? [];
  const usual = option.default === '' ? '' : `${option.default} (default)`;
  const others = values.filter(value => value !== option.default);
  const shown = [usual, ...others, ...(option.enum === undefined ? ['…'] : [])];
  return shown.filter(text => text !== '').join(', ');
}
