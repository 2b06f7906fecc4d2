/** `lockstep data history`: the versions of a pinned path, who made them when, and which runs used or made them. */
import { resolve } from 'node:path';
import { inProject } from '../../../data/operations/selectPins.ts';
import { versionHistory, type PathVersion } from '../../../data/versionHistory.ts';
import { exitCodes, type Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { momentText, shortId, sizeText } from '../../text/describe.ts';
import { renderTable } from '../../text/renderTable.ts';
import { runDataCommand } from './runDataCommand.ts';

export const dataHistory: Subcommand = {
  name: 'data history',
  async run(words, context) {
    const parser = newCommand(
      'data history',
      'The versions of a pinned file or folder over the commits of this branch, newest first: when, by whom, whether its content is here, and which runs used or made it.',
      context,
    )
      .argument('<path>', 'a pinned path, or a file in a pinned folder')
      .option('--rev <commit>', 'go back from this commit, branch or tag', 'HEAD')
      .option('-n, --limit <count>', 'at most so many versions', Number)
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ rev: string; limit?: number; json?: true }>();
    const [path = ''] = parser.args;
    return runDataCommand(context, {
      json: flags.json === true,
      stopped: 'Nothing was changed.',
      work: async (project, task) => ({
        versions: await versionHistory(
          project.root,
          {
            path: inProject(project, resolve(context.cwd, path)),
            revision: flags.rev,
            ...(flags.limit === undefined || !(flags.limit > 0) ? {} : { limit: flags.limit }),
          },
          task,
          context.env,
        ),
      }),
      tell: ({ versions }) =>
        context.terminal.out(
          renderTable(versions, columns, context.terminal.tableWidth, text =>
            context.terminal.paint('bold', text),
          ),
        ),
      code: () => exitCodes.done,
    });
  },
};

const columns = [
  { title: 'COMMIT', cell: (row: PathVersion) => row.commit.slice(0, 7) },
  { title: 'WHEN', cell: (row: PathVersion) => momentText(row.at) },
  { title: 'WHO', cell: (row: PathVersion) => row.author, shrink: 2, drop: 2 },
  { title: 'CONTENT', cell: contentText },
  {
    title: 'SIZE',
    align: 'right' as const,
    cell: (row: PathVersion) => (row.size === undefined ? '' : sizeText(row.size)),
  },
  { title: 'HERE', cell: (row: PathVersion) => (row.pinned === undefined ? '' : row.local ? 'yes' : 'no') },
  { title: 'MADE BY', cell: (row: PathVersion) => runsText(row.madeBy) },
  { title: 'USED BY', cell: (row: PathVersion) => runsText(row.usedBy) },
  { title: 'SUBJECT', cell: (row: PathVersion) => row.subject, shrink: 1, drop: 1 },
];

function contentText({ pinned }: PathVersion): string {
  if (pinned === undefined) return 'removed';
  const [algorithm = '', value = ''] = pinned.split(':');
  return `${algorithm}:${value.slice(0, 8)}${value.endsWith('.dir') ? '.dir' : ''}`;
}

/** The newest three. */
function runsText(ids: readonly string[]): string {
  const shown = ids.slice(0, 3).map(shortId).join(' ');
  return ids.length > 3 ? `${shown} +${ids.length - 3}` : shown;
}
