/** `lockstep show`: the whole record of one run, as a page or as a document. */
import { readFile } from 'node:fs/promises';
import { editedCode, editedCodeLines } from '../../runs/editedCode.ts';
import { environmentText } from '../../runs/environmentText.ts';
import { leftLine } from '../../runs/leftProcesses.ts';
import { listArtifacts } from '../../runs/listArtifacts.ts';
import { hasOwnMlflowServer } from '../../runs/ownMlflowServer.ts';
import type { ArtifactList } from '../../runs/listArtifacts.ts';
import { readMediaLines } from '../../runs/media.ts';
import { readCauseReports } from '../../reproduction/report/readReport.ts';
import { verdictToJson } from '../../reproduction/verdictToJson.ts';
import { readProbes } from '../../reproduction/probe/readProbes.ts';
import type { RecordedProbe } from '../../reproduction/probe/readProbes.ts';
import {
  attestationsOf,
  attestationsWithHosts,
  machineText,
} from '../../reproduction/verdict/attestationsOf.ts';
import { seedLines } from '../../runs/seenSeeds.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import type { RunStore } from '../../runs/runStore.ts';
import type { CauseReport } from '../../runs/causeReport.ts';
import type { Verdict } from '../../runs/verdict.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import type { CliContext, Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { openRuns } from '../openRuns.ts';
import { jsonText } from '../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { annotationsBy, noteText, tagsText } from '../text/annotationText.ts';
import { durationText, momentText, numberText, shortId } from '../text/describe.ts';
import { printable } from '../text/printable.ts';
import {
  artifactText,
  causeLines,
  codeText,
  commandText,
  fileLines,
  knownText,
  modelText,
  originText,
  sharedText,
} from '../text/recordText.ts';
import { runLabel, stateColour, stateText } from '../text/runText.ts';

export const show: Subcommand = {
  name: 'show',
  async run(words, context) {
    const parser = newCommand('show', 'Everything that is recorded about a run.', context)
      .argument('<run>', '@1, an id, a part of one, or a name')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const { runs } = await openRuns(context);
    const id = await runs.resolve(parser.args[0] ?? '');
    const [summary, details] = await Promise.all([runs.summary(id), runs.read(id)]);
    const [kept, judged] = await Promise.all([readKept(runs, summary, details), readJudged(runs, details)]);
    if (parser.opts<{ json?: boolean }>().json === true)
      context.terminal.out(document(summary, details, { ...kept, ...judged }));
    else tell(summary, details, { ...kept, ...judged }, context);
    return exitCodes.done;
  },
};

/** What lies beside the record itself. */
interface Kept {
  /** Newest first. */
  readonly children: readonly RunSummary[];
  readonly artifacts: ArtifactList;
  /** Oldest first. */
  readonly probes: readonly RecordedProbe[];
  /** Kind → how many. */
  readonly media: ReadonlyMap<string, number>;
}

async function readKept(
  runs: RunStore,
  { id, childRuns = 0 }: RunSummary,
  { dir }: RunDetails,
): Promise<Kept> {
  const paths = runPathsIn(dir);
  const all = childRuns === 0 ? [] : await runs.list();
  const media = new Map<string, number>();
  for (const { kind } of readMediaLines(await readFile(paths.media, 'utf8').catch(() => '')))
    media.set(kind, (media.get(kind) ?? 0) + 1);
  return {
    ...{ children: all.filter(run => run.parent === id), media },
    ...{ artifacts: await listArtifacts(paths), probes: await readProbes(dir) },
  };
}

/** What was found about the run, in its own folder or in that of the run which it reproduces. */
interface Judged {
  /** Of a reproduction: what it came to. */
  readonly verdict?: Verdict | undefined;
  /** Oldest first. */
  readonly causes: readonly CauseReport[];
}

async function readJudged(runs: RunStore, details: RunDetails): Promise<Judged> {
  const reproduces = details.plan?.reproduces;
  const own = await readCauseReports(details);
  if (reproduces === undefined) return { causes: own };
  // Removed since: then its verdicts went with it.
  const original = await runs.read(reproduces).catch(() => undefined);
  if (original === undefined) return { causes: own };
  const about = (await readCauseReports(original)).filter(one => one.reproductionId === details.id);
  return {
    verdict: original.verdicts.find(one => one.reproductionId === details.id),
    causes: [...about, ...own],
  };
}

function document(summary: RunSummary, details: RunDetails, kept: Kept & Judged): string {
  const { id, state, stillRunning, dir, plan, process, captured, result, verdicts, problems } = details;
  const { name, note, tags, star, archived } = summary;
  return jsonText({
    ...{ schemaVersion: 1, id, state, stillRunning, dir, name, note, tags, star, archived },
    annotationsBy: annotationsBy(details.annotations),
    ...{
      plan,
      process,
      captured,
      result,
      reported: details.reported,
      shared: details.shared,
      verdicts,
      problems,
    },
    childRuns: kept.children.map(child => ({ id: child.id, state: child.state, name: child.name })),
    artifacts: kept.artifacts.artifacts,
    media: kept.media,
    probes: kept.probes.map(({ id: probeId, probe }) => ({ probeId, ...probe })),
    ...{ verdict: kept.verdict && verdictToJson(kept.verdict), causes: kept.causes },
  });
}

function tell(summary: RunSummary, details: RunDetails, kept: Kept & Judged, { terminal }: CliContext): void {
  const { plan, captured, result, reported } = details;
  const lines: [label: string, text: string | undefined][] = [
    ['run', details.id],
    ['state', stateLine(summary)],
    ['started', summary.startedAt === undefined ? undefined : momentText(summary.startedAt)],
    ['left', leftLine(result)],
    ['took', summary.durationMs === undefined ? undefined : durationText(summary.durationMs)],
    ['note', noteText(summary, details.annotations)],
    ['tags', tagsText(summary, details.annotations)],
    ['experiment', summary.experiment],
    ['command', commandText(summary.argv)],
    ['folder', summary.cwd === '' ? undefined : summary.cwd],
    ['imported', plan?.origin === undefined ? undefined : originText(plan.origin)],
    ['shared', details.shared === undefined ? undefined : sharedText(details.shared)],
    ['child run of', summary.parent === undefined ? undefined : shortId(summary.parent)],
    ['reproduces', plan?.reproduces === undefined ? undefined : shortId(plan.reproduces)],
    ['verdict', kept.verdict?.sentence],
    ['rerun of', plan?.rerunOf === undefined ? undefined : shortId(plan.rerunOf)],
    ['code', codeText(details)],
    [
      'environment',
      plan === undefined || plan.environment.kind === 'host' ? undefined : environmentText(plan.environment),
    ],
    [
      'interpreter',
      knownText(
        plan?.interpreter,
        one => `${one.path}${one.version === undefined ? '' : ` (${one.version})`}`,
      ),
    ],
    ['packages', knownText(captured?.packages, one => String(one.count))],
    [
      'hardware',
      knownText(captured?.hardware, one =>
        [one.cpuModel, ...one.gpus.map(gpu => gpu.name)].filter(Boolean).join(', '),
      ),
    ],
    ['seed', knownText(plan?.seed, String)],
    [
      'mlflow',
      hasOwnMlflowServer(details)
        ? 'logs to a tracking server of its own, so what it logs there is not shown here'
        : undefined,
    ],
    ['record', details.dir],
  ];
  const title = printable(runLabel(summary));
  terminal.out(`${terminal.paint('bold', title)}\n`);
  for (const [label, text] of lines)
    if (text !== undefined && text !== '')
      terminal.out(
        `  ${terminal.paint('dim', label.padEnd(12))} ${label === 'state' ? terminal.paint(stateColour(summary.state), printable(text)) : printable(text)}\n`,
      );
  section(
    'Parameters',
    Object.entries(summary.parameters).map(([key, value]) => `${key} = ${String(value)}`),
  );
  section('Seeds set by the program', seedLines(captured));
  section(
    'Metrics',
    Object.entries(summary.metrics).map(
      ([key, one]) =>
        `${key}: last ${numberText(one.last)} at step ${numberText(one.lastStep)}, min ${numberText(one.min)}, max ${numberText(one.max)}, ${one.count} ${one.count === 1 ? 'point' : 'points'}`,
    ),
  );
  section(
    'Tags of the program',
    Object.entries(reported?.tags ?? {}).map(([key, value]) => `${key} = ${value}`),
  );
  section(
    'Datasets',
    (reported?.datasets ?? []).map(({ name, digest, context }) =>
      [name, digest, context].filter(Boolean).join('  '),
    ),
  );
  section('Models', (reported?.models ?? []).map(modelText));
  section(
    'Child runs',
    kept.children.map(child => `${shortId(child.id)} ${stateText(child)}  ${runLabel(child)}`),
  );
  section('Artifacts', kept.artifacts.artifacts.map(artifactText));
  section(
    'Media',
    [...kept.media].map(([kind, count]) => `${count} ${count === 1 ? kind : `${kind}s`}`),
  );
  section('Read', fileLines((captured?.inputs ?? []).filter(use => use.inSnapshot !== true)));
  section('Connected to, or tried to; what it answered is not recorded', captured?.hosts ?? []);
  section('Wrote', fileLines(result?.outputs ?? []));
  section(
    'Packages edited where they are installed',
    (captured?.editedPackages ?? []).map(({ name, version, path }) => `${name} ${version}  ${path}`),
  );
  section('Code that was changed while it ran', editedCodeLines(editedCode(result)));
  const changed = new Set(result?.codeChangedFiles ?? []);
  section(
    'Changed meanwhile, not by this run',
    (result?.changedMeanwhile ?? []).filter(path => !changed.has(path)),
  );
  const statistics = details.verdicts.findLast(one => one.broughtBy === undefined)?.statistics;
  section('Reproductions', [
    ...(details.verdicts.length < 2 ? [] : [attestationsWithHosts(attestationsOf(details.verdicts))]),
    ...details.verdicts.map(one => {
      const from = one.broughtBy === undefined ? '' : ` (on ${machineText(one) ?? ''})`;
      return `${shortId(one.reproductionId)} ${momentText(one.at)} ${one.sentence}${from}`;
    }),
    ...(statistics === undefined ? [] : [statistics.sentence]),
  ]);
  section(
    'Determinism probes',
    kept.probes.map(({ probe }) => `${momentText(probe.at)} on ${probe.host}: ${probe.sentence}`),
  );
  section('Causes looked for', kept.causes.flatMap(causeLines));
  section('Warnings', result?.warnings ?? []);
  section('Problems of the record', details.problems);

  function section(heading: string, texts: readonly string[]): void {
    if (texts.length === 0) return;
    terminal.out(`${heading}\n`);
    for (const text of texts.slice(0, shownLines)) terminal.out(`  ${printable(text)}\n`);
    if (texts.length > shownLines)
      terminal.out(`  and ${texts.length - shownLines} more (--json shows all)\n`);
  }
}

const shownLines = 40;

function stateLine(summary: RunSummary): string {
  // The signal that ended it is Lockstep's own.
  if (summary.reached !== undefined) return stateText(summary);
  const how =
    summary.signal !== undefined
      ? `, signal ${summary.signal}`
      : summary.exitCode !== undefined && (summary.exitCode !== 0 || summary.state === 'lost')
        ? `, exit code ${summary.exitCode}`
        : '';
  return stateText(summary) + how + (summary.failure === undefined ? '' : `: ${summary.failure}`);
}
