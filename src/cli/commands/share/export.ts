/** `lockstep share export`: a run as a file that repeats it without Lockstep. */
import { resolve } from 'node:path';
import packageJson from '../../../../package.json' with { type: 'json' };
import { exportCrate, type ExportOutcome } from '../../../sharing/crate/exportCrate.ts';
import { isLog } from '../../../sharing/record/repeatedSecrets.ts';
import type { CliContext, Subcommand } from '../../cliContext.ts';
import { exitCodes } from '../../cliContext.ts';
import { openRuns } from '../../openRuns.ts';
import { jsonText } from '../../output/jsonText.ts';
import { collected, jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { countText, shortId, sizeText } from '../../text/describe.ts';
import { printable } from '../../text/printable.ts';
import { keptSizeOf, maxSizeOption, withoutArtifactsOption } from './keptSize.ts';
import { withShareTask } from './shareTask.ts';

export const shareExport: Subcommand = {
  name: 'share export',
  async run(words, context) {
    const parser = newCommand(
      'share export',
      'A run as an RO-Crate (a zip file): record, code, packages, and reproduce.sh, which needs no Lockstep.',
      context,
    )
      .argument('<run>', '@1, an id, a part of one, or a name')
      .requiredOption('--output <file>', 'the zip file to write')
      .option('--allow <file>', 'export this file although it looks like a secret', collected)
      .option('--no-logs', 'without the last lines that the run printed')
      .option(...maxSizeOption)
      .option(...withoutArtifactsOption)
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<ExportFlags>();
    const { runs, project } = await openRuns(context);
    const run = await runs.read(await runs.resolve(parser.args[0] ?? ''));
    return withShareTask(context, 'Nothing was written.', async task => {
      const outcome = await exportCrate(
        {
          ...{ store: project.store, root: project.root, run, toolVersion: packageJson.version },
          ...{ output: resolve(context.cwd, flags.output), allow: flags.allow ?? [], logs: flags.logs },
          maxSize: keptSizeOf(flags, 'share export'),
        },
        task,
      );
      if (flags.json === true) context.terminal.out(jsonText({ schemaVersion: 1, ...outcome }));
      else tell(outcome, context);
      return outcome.state === 'refused' ? exitCodes.negative : exitCodes.done;
    });
  },
};

interface ExportFlags {
  readonly output: string;
  readonly allow?: string[];
  readonly logs: boolean;
  readonly maxSize?: string;
  readonly withoutArtifacts?: boolean;
  readonly json?: boolean;
}

const shown = 20;

function tell(outcome: ExportOutcome, { terminal }: CliContext): void {
  const { id, state, path, bytes, files, findings, missing, left, naming, unread, repeatable } = outcome;
  const list = (items: readonly string[]): void => {
    for (const item of items.slice(0, shown)) terminal.out(`  ${printable(item)}\n`);
    if (items.length > shown) terminal.out(`  and ${items.length - shown} more (--json shows all)\n`);
  };
  if (state === 'refused') {
    terminal.out(`Run ${shortId(id)} was not exported: this would have gone along.\n`);
    list(
      findings.map(
        one => `${one.path}${one.line === undefined || one.line === 0 ? '' : `:${one.line}`}  ${one.what}`,
      ),
    );
    if (findings.some(({ path }) => isLog(path))) terminal.out('Without what the run printed: --no-logs\n');
    terminal.out('Take it out and run again; or, where it is none: lockstep share export --allow FILE …\n');
    return;
  }
  terminal.out(
    `Exported run ${shortId(id)} to ${printable(path)}: ${countText(files, 'file')}, ${sizeText(bytes)}.\n`,
  );
  if (missing.length > 0) {
    terminal.out('Not in it, and needed to repeat the run:\n');
    list(missing);
  }
  if (left.length > 0) {
    terminal.out('Logged by the run, and not in it:\n');
    list(left.map(one => (one.path === '' ? one.why : `${one.path}: ${one.why}`)));
  }
  if (unread.length > 0) {
    terminal.out('Packed, and not wholly looked into for secrets:\n');
    list(unread.map(({ path, what }) => `${path}  ${what}`));
  }
  if (naming.length > 0) {
    terminal.out('In it as they are, and they name you:\n');
    list(naming.map(({ path, what }) => `${path}  ${what}`));
  }
  terminal.out(
    repeatable
      ? 'To repeat it anywhere: unzip it, then sh reproduce.sh\n'
      : 'Without reproduce.sh: the code of the run is not known, so nothing can repeat it.\n',
  );
}
