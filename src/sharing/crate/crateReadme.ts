/** `README.md` of an exported run: what it is and how to repeat it, for whoever has never heard of Lockstep. */
import { formatCommand } from '../../base/runCommand.ts';
import { escapeMarkdown } from '../../reproduction/report/escapeMarkdown.ts';
import { knownValue } from '../../runs/known.ts';
import type { CheckedRecord } from '../record/checkRecord.ts';
import { withoutPlaceholder } from '../record/neutralText.ts';
import { resultOf } from './checkedRecord.ts';

export interface ReadmeRequest {
  readonly record: CheckedRecord;
  readonly name: string;
  /** Whether `reproduce.sh` is in the export. */
  readonly repeatable: boolean;
  /** What the run read that is not in the export: relative to the code, absolute, or `~/…`. */
  readonly missing: readonly string[];
  /** Names and descriptions of the files that are told one by one. */
  readonly files: readonly { readonly path: string; readonly what: string }[];
}

/** Texts of the record are escaped: none of them is read as Markdown. */
export function crateReadme({ record, name, repeatable, missing, files }: ReadmeRequest): string {
  const { plan } = record;
  const result = resultOf(record);
  const python = knownValue(plan.interpreter)?.version;
  const facts: readonly (readonly [what: string, text: string | undefined])[] = [
    ['Command', withoutPlaceholder(formatCommand(plan.argv[0] ?? '', plan.argv.slice(1)))],
    ['Started', result?.startedAt],
    ['Ended', result === undefined ? 'not known' : `${result.endedAt}, ${result.state}`],
    ['Python', python],
    ['Environment', plan.environment.container?.image ?? plan.environment.kind],
    ['Run', plan.id],
  ];
  return [
    `# ${escapeMarkdown(name)}`,
    '',
    'A recorded run, exported by Lockstep as an [RO-Crate](https://www.researchobject.org/ro-crate/).',
    '',
    '| | |',
    '|---|---|',
    ...facts.flatMap(([what, text]) =>
      text === undefined ? [] : [`| ${what} | ${escapeMarkdown(text, 2000)} |`],
    ),
    '',
    '## Repeat it',
    '',
    ...(repeatable
      ? [
          'With a POSIX shell and Python 3; Lockstep is not needed:',
          '',
          '    sh reproduce.sh',
          '',
          'It installs the packages into an environment of their own, runs the command in `reproduction/`, and compares the last values of the metrics and the outputs with `expected.json`. Exit code 0: reproduced, 1: diverged, 2: wrong use, 3: it could not be done or told.',
        ]
      : ['The code of the run is not known, so nothing here can repeat it.']),
    ...(missing.length === 0
      ? []
      : [
          '',
          'The run read these files, which are not part of the export:',
          '',
          ...missing.map(path => `- ${escapeMarkdown(path, 2000)}`),
        ]),
    '',
    '## What is in it',
    '',
    '- code/: the files as they ran',
    '- record/: the record of the run, by Lockstep',
    '- ro-crate-metadata.json: all of this for programs',
    ...files
      .filter(({ path }) => !path.startsWith('code/'))
      .map(({ path, what }) => `- ${escapeMarkdown(path)}: ${escapeMarkdown(what)}`),
    '',
  ].join('\n');
}
