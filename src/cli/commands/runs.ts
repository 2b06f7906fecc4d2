/** `lockstep runs`: the list, filtered and sorted. */
import { matchesRunQuery } from '../../runs/matchQuery.ts';
import { parseRunQuery } from '../../runs/parseQuery.ts';
import { sortRuns } from '../../runs/sortRuns.ts';
import { runAbove } from '../../runs/runAbove.ts';
import type { RunStore } from '../../runs/runStore.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import type { CliContext, Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { wrongUse } from '../errors.ts';
import { openRuns } from '../openRuns.ts';
import { jsonText, withoutControls } from '../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { countText, durationText, momentText, shortId } from '../text/describe.ts';
import { renderTable } from '../text/renderTable.ts';
import { arrangeTree, type TreeRow } from '../text/arrangeTree.ts';
import { metricsText, ownVerdictsOf, partsOf, runLabel } from '../text/runText.ts';
import { stateColour, stateText, verdictsText } from '../text/runText.ts';

export const runs: Subcommand = {
  name: 'runs',
  async run(words, context) {
    const parser = newCommand('runs', 'List runs, newest first.', context)
      .option(
        '--filter <expression>',
        'for example: metrics.loss < 0.4 and state = finished and tag = baseline',
      )
      .option('--sort <key>', 'for example: metrics.loss, or -created for newest first')
      .option('--limit <number>', 'show at most so many')
      .option('--all', 'show archived runs, too')
      .option('--children', 'show child runs, too (nested MLflow runs, trials), and those of probes')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<RunsFlags>();
    const limit = flags.limit === undefined ? Infinity : wholeNumber(flags.limit);
    const query = flags.filter === undefined ? undefined : parseRunQuery(flags.filter);
    const { runs: store } = await openRuns(context);
    const asked = {
      signal: context.signal,
      archived: flags.all === true,
      // Who asks about child runs means them.
      children: flags.children === true || /\b(?:child|parent|purpose)\b/.test(flags.filter ?? ''),
    };
    // What is neither filtered nor sorted is printed as it is stored, and no more is looked at than is shown.
    if (query === undefined && flags.sort === undefined) {
      if (flags.json === true) printTexts((await store.listTexts(asked)).runs, limit, context);
      else {
        // A parent is older than its child runs: to stand above them it must be among what is read.
        const most = asked.children ? {} : { limit: limit + 1 };
        const { runs: newest, stored } = await store.page({ ...asked, ...most });
        const originals = await originalsOf(newest, newest, store);
        tell(newest, { limit, stored, originals }, context);
      }
      return exitCodes.done;
    }
    const { runs: all, stored } = await store.page(asked);
    const found = query === undefined ? all : all.filter(one => matchesRunQuery(one, query));
    const sorted = flags.sort === undefined ? found : sortRuns(found, flags.sort);
    if (flags.json === true)
      context.terminal.out(jsonText({ schemaVersion: 1, runs: sorted.slice(0, limit), total: found.length }));
    else {
      const originals = await originalsOf(sorted, all, store);
      tell(
        sorted,
        { limit, stored, originals, total: found.length, inOrder: flags.sort !== undefined },
        context,
      );
    }
    return exitCodes.done;
  },
};

interface RunsFlags {
  readonly filter?: string;
  readonly sort?: string;
  readonly limit?: string;
  readonly all?: boolean;
  readonly children?: boolean;
  readonly json?: boolean;
}

/** The same document as by jsonText, put together from documents. */
function printTexts(texts: readonly (string | Uint8Array)[], limit: number, { terminal }: CliContext): void {
  const parts: (string | Uint8Array)[] = ['{"schemaVersion":1,"runs":['];
  texts.slice(0, limit).forEach((text, place) => parts.push(place === 0 ? '' : ',', withoutControls(text)));
  parts.push(`],"total":${texts.length}}\n`);
  terminal.out(Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part))));
}

/** The runs that `rows` reproduce: they have the verdicts, and may be too old for the list, filtered out or archived. */
async function originalsOf(
  rows: readonly RunSummary[],
  known: readonly RunSummary[],
  store: RunStore,
): Promise<RunSummary[]> {
  const byId = new Map(known.map(run => [run.id, run]));
  const ids = new Set(rows.flatMap(({ reproduces }) => reproduces ?? []));
  const found = await Promise.all(
    // Removed since: then nobody can tell.
    [...ids].map(async id => byId.get(id) ?? (await store.summary(id).catch(() => undefined))),
  );
  return found.filter(one => one !== undefined);
}

interface Listing {
  readonly limit: number;
  /** Child runs in the order of the list, as it was asked for; else the first one first. */
  readonly inOrder?: boolean;
  /** How many runs the store holds. */
  readonly stored: number;
  readonly originals: readonly RunSummary[];
  /** How many runs there are to show; undefined where no more were looked at than are shown. */
  readonly total?: number;
}

function tell(
  runs: readonly RunSummary[],
  { limit, inOrder = false, stored, originals, total }: Listing,
  { terminal }: CliContext,
): void {
  const rows = arrangeTree(runs, inOrder).slice(0, limit);
  if (rows.length === 0) {
    terminal.err(
      stored === 0
        ? 'No runs yet. Any command can be an experiment: lockstep run -- python train.py\n'
        : 'No run matches.\n',
    );
    return;
  }
  const now = new Date();
  const parts = partsOf(originals);
  const verdicts = ownVerdictsOf(originals);
  terminal.out(
    renderTable(
      rows,
      [
        { title: 'RUN', cell: ({ run }) => shortId(run.id) },
        {
          title: 'STATE',
          cell: ({ run }) => stateText(run, parts.get(run.id)),
          paint: (text, { run }) => terminal.paint(stateColour(run.state), text),
        },
        { title: 'STARTED', cell: ({ run }) => momentText(run.startedAt ?? run.createdAt, now), drop: 2 },
        {
          title: 'TOOK',
          cell: ({ run }) => (run.durationMs === undefined ? '' : durationText(run.durationMs)),
          align: 'right',
          drop: 4,
        },
        { title: 'NAME OR COMMAND', cell: nameCell, shrink: 1, least: 20 },
        {
          title: 'CHILD RUNS',
          cell: ({ run }) => ((run.childRuns ?? 0) === 0 ? '' : String(run.childRuns)),
          align: 'right',
          drop: 6,
        },
        {
          title: 'FROM',
          cell: ({ run }) => (run.sharedBy === '' ? 'shared' : (run.sharedBy ?? '')),
          drop: 6,
        },
        { title: 'METRICS', cell: ({ run }) => metricsText(run, 2), shrink: 2, least: 18, drop: 1 },
        {
          title: 'VERDICT',
          cell: ({ run }) => verdicts.get(run.id) ?? verdictsText(run),
          shrink: 1,
          least: 9,
          drop: 3,
        },
        { title: 'TAGS', cell: ({ run }) => run.tags.join(', '), shrink: 3, least: 6, drop: 5 },
      ],
      terminal.tableWidth,
      text => terminal.paint('dim', text),
    ),
  );
  if (runs.length > limit)
    terminal.err(
      total === undefined
        ? `The newest ${countText(rows.length, 'run')} of more; --limit shows them\n`
        : `${rows.length} of ${countText(total, 'run')}; --limit shows more\n`,
    );
}

/** `★ baseline`; `baseline-repro (reproduces 3N53X9)`; a child run is drawn under its parent: `  ↳ trial 3`. */
function nameCell({ run, depth }: TreeRow): string {
  const branch = runAbove(run) === undefined ? '' : `${'  '.repeat(depth)}↳ `;
  const origin = run.reproduces === undefined ? '' : ` (reproduces ${shortId(run.reproduces)})`;
  return branch + (run.star ? '★ ' : '') + runLabel(run) + origin;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw wrongUse(`--limit wants a whole number above 0, not ${text}`, 'lockstep runs');
  return value;
}
