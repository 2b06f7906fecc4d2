/** A determinism probe for a terminal: the sentence, then each metric. */
import type { DeterminismProbe, NoiseBand } from '../../runs/determinismProbe.ts';
import type { Terminal } from '../terminal.ts';
import { numberText } from './describe.ts';
import { printable } from './printable.ts';
import { renderTable } from './renderTable.ts';

export function tellProbe(probe: DeterminismProbe, terminal: Terminal): void {
  const colour = probe.identical ? 'green' : 'yellow';
  terminal.out(`${terminal.paint(colour, `${probe.identical ? '✓' : '≈'} ${printable(probe.sentence)}`)}\n`);
  if (probe.bands.length === 0) return;
  terminal.out(
    `\n${renderTable(
      [...probe.bands].sort((a, b) => Number(a.identical) - Number(b.identical)),
      [
        { title: 'METRIC', cell: band => band.key, shrink: 1, least: 12 },
        {
          title: 'TWO RUNS',
          cell: outcome,
          paint: (text, band) =>
            terminal.paint(band.volatile === true ? 'dim' : band.identical ? 'green' : 'yellow', text),
        },
        { title: 'POINTS', cell: band => String(band.comparedPoints), align: 'right', drop: 1 },
        { title: 'FROM STEP', cell: band => cell(band.firstDifferingStep), align: 'right' },
        { title: 'MAX REL', cell: band => cell(band.maxRelativeDifference), align: 'right' },
        { title: 'MAX ABS', cell: band => cell(band.maxAbsoluteDifference), align: 'right', drop: 2 },
      ],
      terminal.tableWidth,
      text => terminal.paint('dim', text),
    )}`,
  );
}

function outcome(band: NoiseBand): string {
  if (band.volatile === true) return 'not counted';
  return band.identical ? 'identical' : 'differ';
}

function cell(value: number | undefined): string {
  return value === undefined ? '' : numberText(value);
}
