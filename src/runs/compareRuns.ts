/** Compares any number of runs, ingredient by ingredient, from their records alone. */
import { formatCommand } from '../base/runCommand.ts';
import { errorText } from '../base/systemError.ts';
import type { Captured, FileUse, Package } from './captured.ts';
import { variablePrefix } from './comparisonNoise.ts';
import { imageText } from './environmentText.ts';
import { knownValue } from './known.ts';
import { readPackageList } from './packageStore.ts';
import type { Plan } from './plan.ts';
import { metricValueToJson } from './result.ts';
import type { ComparisonRow, RunComparison } from './runComparison.ts';
import type { RunDetails } from './runDetails.ts';
import type { RunStore } from './runStore.ts';
import type { RunSummary } from './runSummary.ts';
import { seedsByCall } from './seenSeeds.ts';

/** Everything a comparison needs of one run. */
export interface ComparedRun {
  readonly details: RunDetails;
  readonly summary: RunSummary;
  /** Undefined when not known. */
  readonly packages: readonly Package[] | undefined;
}

/** @param ids Full ids, at least one. Throws `run-not-found`. */
export async function compareRuns(store: RunStore, ids: readonly string[]): Promise<RunComparison> {
  const problems: string[] = [];
  const runs: ComparedRun[] = [];
  for (const id of ids) {
    const details = await store.read(id);
    const list = knownValue(details.captured?.packages)?.list;
    const packages =
      list === undefined
        ? undefined
        : await readPackageList(store.store, list).catch((error: unknown) => {
            problems.push(`${id}: ${errorText(error)}`);
            return undefined;
          });
    runs.push({ details, summary: await store.summary(id), packages });
    for (const problem of details.problems) problems.push(`${id}: ${problem}`);
  }
  return { ...compareRecords(runs), problems };
}

/** A value that is not known, as opposed to one that a run does not have (undefined). */
const notKnown = Symbol('not known');
type Cell = string | number | boolean | null | undefined | typeof notKnown;

/** {@link compareRuns} over what has been read already. */
export function compareRecords(runs: readonly ComparedRun[]): RunComparison {
  const table = (cells: (run: ComparedRun) => Iterable<readonly [string, Cell]>): ComparisonRow[] =>
    rowsOf(runs.map(run => new Map(cells(run))));
  return {
    schemaVersion: 1,
    runs: runs.map(({ summary }) => ({ id: summary.id, name: summary.name ?? null, state: summary.state })),
    sections: [
      { name: 'command', rows: table(commandCells) },
      { name: 'parameters', rows: table(parameterCells) },
      { name: 'metrics', rows: table(metricCells) },
      { name: 'tags', rows: table(tagCells) },
      { name: 'datasets', rows: table(datasetCells) },
      { name: 'code', rows: table(codeCells) },
      {
        name: 'environment',
        rows: [
          ...table(environmentCells),
          ...onlyDifferent(packageRows(runs)),
          ...onlyDifferent(table(variableCells)),
        ],
      },
      { name: 'hardware', rows: table(hardwareCells) },
      { name: 'inputs', rows: table(({ details }) => fileCells(details.captured?.inputs)) },
      { name: 'outputs', rows: table(({ details }) => fileCells(details.result?.outputs)) },
    ],
    problems: [],
  };
}

function rowsOf(columns: readonly ReadonlyMap<string, Cell>[]): ComparisonRow[] {
  const keys = new Set(columns.flatMap(column => [...column.keys()]));
  return [...keys].sort().map(key =>
    rowOf(
      key,
      columns.map(column => column.get(key)),
    ),
  );
}

function rowOf(key: string, cells: readonly Cell[]): ComparisonRow {
  const known = cells.filter(cell => cell !== notKnown);
  const agree = known.every(cell => Object.is(cell, known[0]));
  return {
    key,
    status: !agree ? 'differs' : known.length < cells.length ? 'unknown' : 'same',
    values: cells.map(toJson),
  };
}

function toJson(cell: Cell): string | number | boolean | null {
  if (cell === undefined) return null;
  if (cell === null) return 'null';
  if (typeof cell === 'symbol') return 'unknown';
  return typeof cell === 'number' ? metricValueToJson(cell) : cell;
}

function onlyDifferent(rows: readonly ComparisonRow[]): ComparisonRow[] {
  return rows.filter(row => row.status === 'differs');
}

function commandCells({ summary }: ComparedRun): [string, Cell][] {
  const [program, ...args] = summary.argv;
  const known = program !== undefined;
  return [
    ['command', known ? formatCommand(program, args) : notKnown],
    ['folder', known ? summary.cwd : notKnown],
  ];
}

function parameterCells({ summary }: ComparedRun): [string, Cell][] {
  return Object.entries(summary.parameters);
}

function metricCells({ summary }: ComparedRun): [string, Cell][] {
  return Object.entries(summary.metrics).map(([key, metric]) => [key, metric.last]);
}

/** Those that the program gave, with their values, and those that people gave. */
function tagCells({ summary }: ComparedRun): [string, Cell][] {
  return [
    ...Object.entries(summary.reportedTags ?? {}),
    ...summary.tags.map((tag): [string, Cell] => [tag, true]),
  ];
}

function datasetCells({ details: { reported } }: ComparedRun): [string, Cell][] {
  return (reported?.datasets ?? []).map(({ name, context, digest }) => [
    context === undefined ? name : `${name} (${context})`,
    digest ?? notKnown,
  ]);
}

function codeCells({ details: { plan } }: ComparedRun): [string, Cell][] {
  const code = knownValue(plan?.code);
  const cell = (value: Cell): Cell => (code === undefined ? notKnown : value);
  return [
    ['commit', cell(code?.head)],
    ['branch', cell(code?.branch)],
    ['changed files', cell(code?.changedCount)],
    ['snapshot', cell(code?.tree)],
    ['not in the snapshot', cell(code?.gaps.length)],
  ];
}

function environmentCells({ details: { plan, captured } }: ComparedRun): [string, Cell][] {
  const interpreter = knownValue(plan?.interpreter);
  const packages = knownValue(captured?.packages);
  return [
    ['kind', plan?.environment.kind ?? notKnown],
    ...imageCells(plan),
    ['interpreter', interpreter?.path ?? notKnown],
    ['interpreter version', interpreter?.version ?? notKnown],
    ['seed', knownValue(plan?.seed) ?? notKnown],
    ...seedCells(captured),
    ['packages', packages?.list.slice(0, 12) ?? notKnown],
    ['time zone', plan?.timeZone ?? notKnown],
    ['locale', plan?.locale ?? notKnown],
  ];
}

/** Of a run that was not observed none of them is known. */
function seedCells(captured: Captured | undefined): [string, Cell][] {
  return seedsByCall(captured).map(([call, values]) => [call, values]);
}

/** Only where a run had one. */
function imageCells(plan: Plan | undefined): [string, Cell][] {
  const container = plan?.environment.container;
  return container === undefined ? [] : [['image', imageText(container.imageId)]];
}

function packageRows(runs: readonly ComparedRun[]): ComparisonRow[] {
  const columns = runs.map(
    ({ packages }) =>
      packages && new Map(packages.map(entry => [`package ${entry.name}`, packageText(entry)] as const)),
  );
  const keys = new Set(columns.flatMap(column => [...(column?.keys() ?? [])]));
  return [...keys].sort().map(key =>
    rowOf(
      key,
      columns.map(column => (column === undefined ? notKnown : column.get(key))),
    ),
  );
}

function packageText({ version, url, editable }: Package): string {
  const origin = url === undefined ? '' : ` from ${url}`;
  return `${version}${editable === true ? ' (editable)' : ''}${origin}`;
}

function variableCells({ details: { plan } }: ComparedRun): [string, Cell][] {
  return Object.entries(plan?.variables ?? {}).map(([name, variable]) => [
    variablePrefix + name,
    variableText(variable),
  ]);
}

function variableText(variable: Plan['variables'][string]): string {
  if ('value' in variable && typeof variable.value === 'string') return variable.value;
  return `hidden (${String(variable['keyedHash']).slice(0, 8)})`;
}

function hardwareCells({ details: { captured } }: ComparedRun): [string, Cell][] {
  const hardware = knownValue(captured?.hardware);
  const cell = (value: Cell): Cell => (hardware === undefined ? notKnown : (value ?? notKnown));
  return [
    ['system', cell(hardware?.os)],
    ['kernel', cell(hardware?.kernel)],
    ['libc', cell(hardware?.libc)],
    ['processor', cell(hardware?.cpuModel)],
    ['cores', cell(hardware?.logicalCores)],
    ['memory', cell(hardware?.memory)],
    ['GPUs', cell(hardware?.gpus.map(gpu => gpu.name).join(', '))],
    ['driver', hardware?.gpus.length === 0 ? undefined : cell(hardware?.driver)],
    ['CUDA', hardware?.gpus.length === 0 ? undefined : cell(hardware?.cuda)],
  ];
}

function fileCells(files: readonly FileUse[] = []): [string, Cell][] {
  return files.map(file => [file.path, file.sha256 ?? notKnown]);
}
