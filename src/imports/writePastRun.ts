/**
 * Writes the files of an imported run into an empty folder. `plan.json` names the source and its fingerprint and is
 * written last: a folder that has it has all the rest.
 */
import { writeFileSync } from 'node:fs';
import { stripCredentials } from '../base/secretText.ts';
import { declared, unknown } from '../runs/known.ts';
import { summariseShownSeries } from '../runs/metricSeries.ts';
import { planVersion, type Plan } from '../runs/plan.ts';
import { reportedLineText } from '../runs/reported.ts';
import { metricValueToJson, type ResultInput } from '../runs/result.ts';
import { runPathsIn } from '../runs/runPaths.ts';
import { writeMetricSeries } from '../runs/writeMetricSeries.ts';
import { copyPastFiles } from './copyPastFiles.ts';
import { importKindNames, type ImportKind } from './importKind.ts';
import type { KnownCommits } from './knownCommits.ts';
import type { PastRun, PastRunHeader } from './pastRun.ts';
import { boundedEntries, boundedText, wordsWithoutSecrets } from './pastRunText.ts';
import { writePastMedia } from './writePastMedia.ts';

export interface RecordFrame {
  readonly id: string;
  readonly parent?: string | undefined;
  readonly kind: ImportKind;
  /** What was asked to be imported, absolute. */
  readonly path: string;
  readonly root: string;
  readonly toolVersion: string;
  readonly commits: KnownCommits;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects when the folder cannot be written, and with the reason of the frame's signal. */
export async function writePastRun(
  dir: string,
  header: PastRunHeader,
  run: PastRun,
  frame: RecordFrame,
): Promise<void> {
  const paths = runPathsIn(dir);
  const warnings = [...run.warnings];
  if (run.series.length > 0) writeMetricSeries(paths.metrics, run.series);
  warnings.push(...(await copyPastFiles(dir, run.files, frame.signal)));
  warnings.push(...(await writePastMedia(paths, run.media)));

  const parameters = boundedEntries(run.parameters);
  const tags = boundedEntries(run.tags);
  const cut = parameters.cut + tags.cut;
  if (cut > 0) warnings.push(`${cut} parameters or tags were too long or too many, and were cut`);
  const reported = {
    ...(run.name === undefined ? {} : { name: boundedText(run.name) }),
    ...(run.note === undefined ? {} : { note: boundedText(run.note) }),
    tags: Object.fromEntries(tags.entries),
    datasets: [...run.datasets],
    models: [...run.models],
    ...(header.children === undefined ? {} : { childRuns: header.children }),
  };
  if (run.end === undefined)
    // Nothing says that it ended; what it reported stands where that of a live run does.
    writeFileSync(
      paths.reported,
      reportedLineText({
        at: header.startedAt,
        ...reported,
        parameters: Object.fromEntries(parameters.entries),
      }),
    );
  else {
    const reportedParameters = Object.fromEntries(
      parameters.entries.map(([key, value]) => [key, { value, source: 'reported' }]),
    );
    const result = { ...resultOf(header, run, run.end), reportedParameters, reported, warnings };
    writeFileSync(paths.result, json(result satisfies ResultInput));
  }
  writeFileSync(paths.plan, json(await planOf(header, run, frame)));
}

function resultOf(header: PastRunHeader, run: PastRun, end: NonNullable<PastRun['end']>): ResultInput {
  const summaries = Object.entries(summariseShownSeries(run.series)).map(
    ([key, { last, min, max, ...rest }]) => [
      key,
      { last: metricValueToJson(last), min: metricValueToJson(min), max: metricValueToJson(max), ...rest },
    ],
  );
  return {
    schemaVersion: 1,
    state: end.state,
    ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
    startedAt: isoTime(header.startedAt),
    endedAt: isoTime(end.at),
    durationMs: Math.max(0, end.at - header.startedAt),
    outputs: [],
    metrics: Object.fromEntries(summaries) as ResultInput['metrics'],
  };
}

async function planOf(header: PastRunHeader, run: PastRun, frame: RecordFrame): Promise<Plan> {
  const argv = wordsWithoutSecrets(run.argv);
  const notKept = unknown(`${importKindNames[frame.kind]} does not keep it`);
  return {
    schemaVersion: planVersion,
    id: frame.id,
    createdAt: isoTime(header.startedAt),
    toolVersion: frame.toolVersion,
    ...(run.name === undefined || run.name === '' ? {} : { name: boundedText(run.name) }),
    tags: [],
    ...(run.host === undefined ? {} : { host: run.host }),
    root: frame.root,
    cwd: '',
    argv: argv.words,
    secretArguments: argv.hidden,
    stdin: 'empty',
    tty: false,
    environment: { kind: 'host' },
    interpreter: notKept,
    code: await codeOf(run, frame),
    parameters: {},
    seed: notKept,
    variables: {},
    declaredInputs: [],
    declaredOutputs: [],
    metricLines: false,
    ...(frame.parent === undefined ? {} : { parent: frame.parent }),
    origin: {
      kind: frame.kind,
      path: frame.path,
      id: header.id,
      fingerprint: header.fingerprint,
      importedAt: new Date().toISOString(),
    },
  };
}

async function codeOf(run: PastRun, frame: RecordFrame): Promise<Plan['code']> {
  const tool = importKindNames[frame.kind];
  if (run.commit === undefined) return unknown(`${tool} did not note the code`);
  const tree = await frame.commits.treeOf(run.commit);
  if (tree === undefined)
    return unknown(
      `${tool} noted the commit ${run.commit.slice(0, 64)}, which this repository does not have`,
    );
  return declared(
    {
      rootCommits: [],
      remotes: run.remote === undefined ? {} : { origin: stripCredentials(run.remote) },
      head: run.commit,
      ...(run.branch === undefined ? {} : { branch: run.branch }),
      headOnRemote: unknown('the run was imported'),
      tree,
      changed: [],
      changedCount: 0,
      gaps: [],
      submodules: [],
      settings: {},
    },
    `${tool} noted the commit; what was changed beside it is not known`,
  );
}

/** The epoch for a time that no date can hold. */
function isoTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  return (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString();
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
