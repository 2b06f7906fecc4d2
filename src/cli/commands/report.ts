/** `lockstep report`: the verdict of a reproduction as a document for others. */
import { resolve } from 'node:path';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import { askJudge } from '../../reproduction/askJudge.ts';
import { readReport } from '../../reproduction/report/readReport.ts';
import type { ReportContent } from '../../reproduction/report/reportContent.ts';
import { reportHtml } from '../../reproduction/report/reportHtml.ts';
import { reportMarkdown } from '../../reproduction/report/reportMarkdown.ts';
import { verdictToJson } from '../../reproduction/verdictToJson.ts';
import type { Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { outputNotWritten, wrongUse } from '../errors.ts';
import { openRuns } from '../openRuns.ts';
import { jsonText } from '../output/jsonText.ts';
import { newCommand, parseWords } from '../readWords.ts';

const formats: Readonly<Record<string, (content: ReportContent) => string>> = {
  md: reportMarkdown,
  html: reportHtml,
  json: ({ verdict, label, command, cause }) =>
    jsonText({ schemaVersion: 1, label, command, verdict: verdictToJson(verdict), cause }),
};

export const report: Subcommand = {
  name: 'report',
  async run(words, context) {
    const parser = newCommand(
      'report',
      'The verdict of a reproduction as a document: Markdown for a pull request, or one HTML file with the curves.',
      context,
    )
      .argument('<run>', 'a reproduction, or a run: then its newest verdict, one of this machine first')
      .option('--format <format>', 'md, html or json; by default what the name of the file says, else md')
      .option('--output <file>', 'into this file')
      .option('--json', 'the same as --format json, as schemas/cli-report.schema.json says');
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ format?: string; output?: string; json?: boolean }>();
    const format = flags.json === true ? 'json' : (flags.format ?? formatOf(flags.output));
    const write = Object.hasOwn(formats, format) ? formats[format] : undefined;
    if (write === undefined)
      throw wrongUse(`--format wants md, html or json, not ${format}`, 'lockstep report');
    const { runs } = await openRuns(context);
    const id = await runs.resolve(parser.args[0] ?? '');
    const asked = await runs.read(id);
    // Its supervisor was killed before it had said what it came to.
    if (asked.plan?.reproduces !== undefined && asked.state === 'lost')
      await askJudge(context, runs.store, id);
    const document = write(await readReport(runs, id));
    if (flags.output === undefined) context.terminal.out(document);
    else {
      const path = resolve(context.cwd, flags.output);
      await writeFileAtomic(path, document).catch((error: unknown) => {
        throw outputNotWritten(path, error);
      });
      context.terminal.err(`lockstep: wrote ${path}\n`);
    }
    return exitCodes.done;
  },
};

function formatOf(output: string | undefined): string {
  const extension = /\.(md|html|json)$/i.exec(output ?? '')?.[1]?.toLowerCase();
  return extension ?? (/\.htm$/i.test(output ?? '') ? 'html' : 'md');
}
