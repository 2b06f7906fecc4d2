/** `lockstep import`: records of past runs that other tools have kept. */
import { resolve } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { detectImportKind } from '../../imports/detectImportKind.ts';
import { importKindUnknown } from '../../imports/errors.ts';
import { importKindNames, importKinds, isImportKind, type ImportKind } from '../../imports/importKind.ts';
import { importRuns, type ImportProgress, type ImportReport } from '../../imports/importRuns.ts';
import { locateProject } from '../../git/locateProject.ts';
import type { CliContext, Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { wrongUse } from '../errors.ts';
import { jsonText } from '../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { shortId } from '../text/describe.ts';
import { printable } from '../text/printable.ts';

export const importPastRuns: Subcommand = {
  name: 'import',
  async run(words, context) {
    const parser = newCommand('import', 'Make records of past runs that another tool has kept.', context)
      .argument('[kind]', `${importKinds.join(', ')}; told from the path when left out`)
      .argument('<path>', 'the folder, or for mlflow.db and wandb also the file')
      .option('--again', 'also runs that were imported and then removed')
      .addOption(jsonOption());
    // Of one word, commander would make the kind; it is the path.
    const own = words.filter(word => !word.startsWith('-'));
    if (!parseWords(parser, own.length === 1 ? ['', ...words] : words)) return exitCodes.done;
    const flags = parser.opts<{ again?: boolean; json?: boolean }>();
    const [word = '', given = ''] = parser.args;
    const path = resolve(context.cwd, given);
    const kind = await kindOf(word, path, given);
    const project = await locateProject(context.cwd, context.env);
    const stop = new AbortController();
    const onInterrupt = (): void => stop.abort();
    process.once('SIGINT', onInterrupt);
    const tellProgress = progressTeller(context);
    let written = 0;
    try {
      const report = await importRuns({
        ...{ kind, path, project, toolVersion: packageJson.version, again: flags.again },
        signal: AbortSignal.any([context.signal, stop.signal]),
        onProgress: progress => {
          written = progress.written;
          tellProgress(progress);
        },
      });
      if (flags.json === true) context.terminal.out(jsonText({ schemaVersion: 1, kind, path, ...report }));
      else tell(kind, report, context);
      const records =
        report.imported.length + report.renewed.length + report.unchanged.length + report.recorded.length;
      return records === 0 ? exitCodes.negative : exitCodes.done;
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      context.terminal.err(`Stopped. ${countOf(written, 'run')} stand whole; import again for the others.\n`);
      return exitCodes.cancelled;
    } finally {
      process.off('SIGINT', onInterrupt);
    }
  },
};

async function kindOf(word: string, path: string, given: string): Promise<ImportKind> {
  if (word === '') {
    const kind = await detectImportKind(path);
    if (kind === undefined) throw importKindUnknown(path);
    return kind;
  }
  if (isImportKind(word)) return word;
  if (isImportKind(given))
    throw wrongUse(`The kind comes first: lockstep import ${given} ${word}`, 'lockstep import');
  throw wrongUse(`What is imported is one of ${importKinds.join(', ')}, not ${word}`, 'lockstep import');
}

const progressEveryMs = 1000;

/** A line a second, where it takes long. */
function progressTeller({ terminal }: CliContext): (progress: ImportProgress) => void {
  let next = performance.now() + progressEveryMs;
  return ({ done, total }) => {
    if (performance.now() < next) return;
    next = performance.now() + progressEveryMs;
    terminal.err(`${done} of ${total} runs\n`);
  };
}

const shownSkipped = 20;

function tell(kind: ImportKind, report: ImportReport, { terminal }: CliContext): void {
  const { imported, renewed, unchanged, recorded, skipped } = report;
  const parts = [
    `${countOf(imported.length, 'run')} imported from ${importKindNames[kind]}`,
    ...(renewed.length > 0 ? [`${renewed.length} renewed`] : []),
    ...(unchanged.length > 0 ? [`${unchanged.length} unchanged`] : []),
    ...(recorded.length > 0 ? [`${recorded.length} already recorded`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} left out`] : []),
  ];
  terminal.out(`${parts.join(', ')}.\n`);
  const told = [
    ...recorded.map(({ what, id }) => ({ what, why: `already recorded as run ${shortId(id)}` })),
    ...skipped,
  ];
  for (const { what, why } of told.slice(0, shownSkipped))
    terminal.err(`  ${printable(what)}: ${printable(why)}\n`);
  if (told.length > shownSkipped)
    terminal.err(`  and ${told.length - shownSkipped} more (--json shows all)\n`);
}

function countOf(count: number, what: string): string {
  return `${count} ${count === 1 ? what : `${what}s`}`;
}
