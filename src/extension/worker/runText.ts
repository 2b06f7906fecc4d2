/**
 * A run as text, one fact a line in a fixed order, so that VS Code's diff editor compares two runs. The words are
 * those of the record, not translated. Pure.
 */
import type { FileUse, Package } from '../../runs/captured.ts';
import { knownValue, type Known } from '../../runs/known.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { RunSummary } from '../../runs/runSummary.ts';

export function runText(run: RunSummary, details: RunDetails, packages: readonly Package[]): string {
  const { plan, captured, result } = details;
  const code = knownValue(plan?.code);
  const interpreter = knownValue(plan?.interpreter);
  const hardware = knownValue(captured?.hardware);
  const sections: [title: string, lines: readonly string[]][] = [
    [
      'run',
      facts([
        ['command', run.argv.join(' ')],
        ['folder', run.cwd === '' ? '.' : run.cwd],
        ['experiment', run.experiment],
        ['state', run.state],
        ['exit code', run.exitCode],
        ['failure', run.failure],
        ['seed', run.seed === undefined ? unknownText(plan?.seed) : run.seed],
      ]),
    ],
    ['parameters', entries(run.parameters, value => JSON.stringify(value))],
    [
      'metrics',
      entries(run.metrics, ({ last, lastStep, min, max, count }) =>
        [`last ${last}`, `step ${lastStep}`, `min ${min}`, `max ${max}`, `${count} points`].join(', '),
      ),
    ],
    [
      'code',
      code === undefined
        ? facts([['code', unknownText(plan?.code)]])
        : facts([
            ['commit', code.head],
            ['branch', code.branch],
            ['snapshot', code.tree],
            ...code.changed.map(({ path, status }): Fact => [`${status} ${path}`, '']),
            ...code.gaps.map(({ path, reason }): Fact => [`not held ${path}`, reason]),
          ]),
    ],
    [
      'environment',
      facts([
        ['kind', plan?.environment.kind],
        ['interpreter', interpreter?.path ?? unknownText(plan?.interpreter)],
        ['version', interpreter?.version],
      ]),
    ],
    ['packages', packages.map(({ name, version }) => `${name} ${version}`)],
    [
      'hardware',
      facts([
        ['host', run.host],
        ['system', hardware?.os ?? unknownText(captured?.hardware)],
        ['kernel', hardware?.kernel],
        ['processor', hardware?.cpuModel],
        ['cores', hardware?.logicalCores],
        ['memory', hardware?.memory],
        ...(hardware?.gpus ?? []).map((gpu, index): Fact => [`gpu ${index}`, gpu.name]),
        ['driver', hardware?.driver],
        ['cuda', hardware?.cuda],
      ]),
    ],
    [
      'variables',
      entries(plan?.variables ?? {}, variable =>
        'value' in variable ? String(variable.value) : '(only known as same or different)',
      ).filter(line => !line.endsWith('different)')),
    ],
    ['inputs', (captured?.inputs ?? []).map(fileLine)],
    ['outputs', (result?.outputs ?? []).map(fileLine)],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}:\n${lines.map(line => `  ${oneLine(line)}\n`).join('')}`)
    .join('\n');
}

/** Several runs side by side: one row for each parameter and metric, those that differ first marked. Pure. */
export function runsTable(runs: readonly { readonly label: string; readonly run: RunSummary }[]): string {
  const rows: string[][] = [['', ...runs.map(({ label }) => label)]];
  const add = (
    title: string,
    keys: Iterable<string>,
    value: (run: RunSummary, key: string) => string,
  ): void => {
    const found = [...new Set(keys)].sort();
    if (found.length === 0) return;
    rows.push([], [title]);
    for (const key of found) {
      const values = runs.map(({ run }) => value(run, key));
      rows.push([`${new Set(values).size > 1 ? '≠' : ' '} ${key}`, ...values]);
    }
  };
  add(
    'parameters',
    runs.flatMap(({ run }) => Object.keys(run.parameters)),
    (run, key) => (Object.hasOwn(run.parameters, key) ? String(run.parameters[key]) : '–'),
  );
  add(
    'metrics (last)',
    runs.flatMap(({ run }) => Object.keys(run.metrics)),
    (run, key) => (Object.hasOwn(run.metrics, key) ? String(run.metrics[key]?.last) : '–'),
  );
  add('run', ['commit', 'files changed', 'state', 'seed', 'duration (s)'], (run, key) => {
    switch (key) {
      case 'commit':
        return run.head?.slice(0, 8) ?? '–';
      case 'files changed':
        return String(run.changedCount ?? '–');
      case 'state':
        return run.state;
      case 'seed':
        return String(run.seed ?? '–');
      default:
        return run.durationMs === undefined ? '–' : (run.durationMs / 1000).toFixed(1);
    }
  });
  return alignColumns(rows);
}

type Fact = readonly [name: string, value: string | number | boolean | null | undefined];

function facts(list: readonly Fact[]): string[] {
  return list
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (value === '' ? name : `${name}: ${value}`));
}

function entries<T>(record: Readonly<Record<string, T>>, show: (value: T) => string): string[] {
  return Object.entries(record)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${show(value)}`);
}

function unknownText(known: Known<unknown> | undefined): string | undefined {
  return known?.known === 'unknown' ? `unknown, ${known.reason}` : undefined;
}

function fileLine(use: FileUse): string {
  return `${use.path}: ${use.sha256?.slice(0, 16) ?? use.problem ?? 'not hashed'}, ${use.size ?? '?'} bytes`;
}

function oneLine(text: string): string {
  return text.slice(0, 2000).replaceAll(/\s+/g, ' ');
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  const cells = rows.map(row => row.map(cell => oneLine(cell).slice(0, 40)));
  for (const row of cells)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  return cells
    .map(
      row =>
        row
          .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 2))
          .join('')
          .trimEnd() + '\n',
    )
    .join('');
}
