/** A forecast for a terminal: the sentence first, then what there is, how close it gets, and what it costs. */
import type { Availability, Closeness, Forecast, ForecastItem } from '../../runs/forecast.ts';
import type { Colour, Terminal } from '../terminal.ts';
import { durationText, shortId, sizeText } from './describe.ts';
import { printable } from './printable.ts';
import { renderTable } from './renderTable.ts';

export function tellForecast(forecast: Forecast, terminal: Terminal, possible: boolean): void {
  const out = (text: string): void => terminal.out(`${text}\n`);
  const dim = (text: string): string => terminal.paint('dim', text);
  const shown =
    forecast.closeness === 'bit-identical' && forecast.unproven !== undefined
      ? 'numerically-close'
      : forecast.closeness;
  const mark = possible ? marks[shown] : '✗';
  const colour = possible ? colours[shown] : 'red';
  out(terminal.paint(colour, `${mark} ${printable(forecast.sentence)}`));
  out(dim(`  run ${shortId(forecast.runId)} on ${printable(forecast.host)}; nothing was started or fetched`));
  for (const { message, mend } of forecast.blockers) {
    out(`\n${terminal.paint('red', 'Cannot start')}  ${printable(message)}`);
    if (mend !== undefined) out(`  ${printable(mend)}`);
  }
  if (forecast.items.length > 0) {
    out('');
    terminal.out(
      renderTable(
        forecast.items,
        [
          { title: 'INGREDIENT', cell: row => names[row.ingredient] },
          { title: 'WHAT', cell: row => row.what, shrink: 1, least: 16 },
          {
            title: 'IS',
            cell: row => words[row.availability],
            paint: (text, row) => terminal.paint(availabilityColours[row.availability], text),
          },
          {
            title: 'SIZE',
            cell: row => (row.bytes === undefined ? '' : sizeText(row.bytes)),
            align: 'right',
            drop: 1,
          },
          { title: 'NOTE', cell: noteOf, shrink: 2, least: 16 },
        ],
        terminal.tableWidth,
        dim,
      ),
    );
  }
  section('Not simply here', remarksOf(forecast.items));
  section(
    `How close: ${closenessWords[forecast.closeness]}`,
    forecast.limits.map(limit => limit.text),
  );
  // Of another run nothing is expected.
  if (forecast.closeness !== 'not-the-same-run')
    section('The verdict will say within tolerance at best, for', forecast.caps);
  section('Code or files of the workspace could get in', forecast.escapes);
  section('Leads into the private checkout instead of the workspace', forecast.moved ?? []);
  const { duration, disk, fetch } = forecast;
  section('Costs', [
    ...(duration === undefined
      ? ['time: not known, the original has not ended by itself']
      : [`time: about ${durationText(duration.ms)}, as ${bases[duration.basis] ?? duration.basis} took`]),
    ...environmentCosts(forecast),
    `disk: ${sizeText(disk.needed)}${disk.free === undefined ? '' : ` of ${sizeText(disk.free)} free`}`,
    ...(fetch > 0 ? [`to fetch: ${sizeText(fetch)}`] : []),
  ]);
  if (forecast.blockers.length === 0 && forecast.environment !== '')
    out(
      `\n${dim('It runs')}  ${printable([forecast.environment, protectionText(forecast)].join(' ').trim())}`,
    );

  function section(heading: string, lines: readonly string[]): void {
    if (lines.length === 0) return;
    out(`\n${dim(heading)}`);
    for (const line of lines.slice(0, shownLines)) out(`  ${printable(line)}`);
    if (lines.length > shownLines) out(`  and ${lines.length - shownLines} more (--json shows all)`);
  }
}

/** Where the system sees to it there is nothing to say. */
function protectionText({ readOnlyBy }: Forecast): string {
  return readOnlyBy === 'python'
    ? 'This system keeps only Python programs from writing to the workspace; others could.'
    : '';
}

const shownLines = 12;

function environmentCosts({ items, preparation }: Forecast): string[] {
  const took = preparation === undefined ? undefined : durationText(preparation.ms);
  const made = items.find(
    ({ ingredient, availability, what }) =>
      ingredient === 'environment' && availability === 'rebuildable' && /^\d+ packages?$/.test(what),
  );
  if (made === undefined) return took === undefined ? [] : [`environment: took ${took} the last time`];
  return [
    `environment: ${made.what} to install, ${took === undefined ? 'minutes where they must be downloaded' : `which took ${took} the last time`}`,
  ];
}

function noteOf({ reason, from }: ForecastItem): string {
  return reason ?? (from === undefined ? '' : `from ${from}`);
}

/** Reasons whole, and what can be done: several things of one kind in one line. */
function remarksOf(items: readonly ForecastItem[]): string[] {
  const byRemark = new Map<string, string[]>();
  for (const { reason, mend, what, availability } of items) {
    if (availability === 'here' || (reason ?? mend) === undefined) continue;
    const remark = [reason?.replace(/\.+$/, ''), mend].filter(text => text !== undefined).join('. ');
    byRemark.set(remark, [...(byRemark.get(remark) ?? []), what]);
  }
  return [...byRemark].map(([remark, whats]) => {
    const shown = whats.slice(0, 3).join(', ');
    return `${whats.length > 3 ? `${shown} and ${whats.length - 3} more` : shown}: ${remark}`;
  });
}

const names: Readonly<Record<ForecastItem['ingredient'], string>> = {
  code: 'code',
  data: 'data',
  parameters: 'parameters, seed',
  environment: 'environment',
  hardware: 'hardware',
  determinism: 'determinism',
};

const words: Readonly<Record<Availability, string>> = {
  here: 'here',
  fetchable: 'to fetch',
  rebuildable: 'to rebuild',
  changed: 'changed',
  gone: 'gone',
  unknown: 'unknown',
};

const availabilityColours: Readonly<Record<Availability, Colour>> = {
  here: 'green',
  fetchable: 'cyan',
  rebuildable: 'yellow',
  changed: 'red',
  gone: 'red',
  unknown: 'yellow',
};

const marks: Readonly<Record<Closeness, string>> = {
  'bit-identical': '✓',
  'numerically-close': '≈',
  'not-the-same-run': '✗',
};

const colours: Readonly<Record<Closeness, Colour>> = {
  'bit-identical': 'green',
  'numerically-close': 'yellow',
  'not-the-same-run': 'red',
};

const closenessWords: Readonly<Record<Closeness, string>> = {
  'bit-identical': 'identical to the last bit expected',
  'numerically-close': 'numerically close',
  'not-the-same-run': 'not the same run',
};

const bases: Readonly<Record<string, string>> = {
  original: 'the original',
  reproductions: 'earlier reproductions here',
};
