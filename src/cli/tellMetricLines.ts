/** `lockstep metrics --preview-lines`: what of the printed lines would become metrics, before anyone says yes. */
import { open } from 'node:fs/promises';
import type { MetricsPreviewOutput } from './output/metricsPreviewOutput.ts';
import { previewMetricLines } from '../tracking/previewMetricLines.ts';
import type { Terminal } from './terminal.ts';
import { numberText } from './text/describe.ts';
import { renderTable } from './text/renderTable.ts';
import { jsonText } from './output/jsonText.ts';

/** Of the log; what a program prints it prints from the first steps on. */
const previewedBytes = 4 * 1024 * 1024;

/** @param log Path of what the run printed. */
export async function tellMetricLines(
  id: string,
  log: string,
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  const lines = previewMetricLines(await startOf(log));
  if (json) {
    const document: MetricsPreviewOutput = { schemaVersion: 1, id, lines };
    terminal.out(jsonText(document));
    return;
  }
  if (lines.length === 0) {
    terminal.err('No line that it printed looks like metrics.\n');
    return;
  }
  terminal.out(
    renderTable(
      lines,
      [
        { title: 'METRIC', cell: row => row.key, shrink: 1, least: 12 },
        { title: 'VALUE', cell: row => numberText(row.value), align: 'right' },
        { title: 'STEP', cell: row => (row.step === undefined ? '' : numberText(row.step)), align: 'right' },
        { title: 'LINES', cell: row => String(row.lines), align: 'right' },
        { title: 'FIRST LINE', cell: row => row.line, shrink: 2, least: 16 },
      ],
      terminal.tableWidth,
      text => terminal.paint('dim', text),
    ),
  );
  terminal.err(
    'Chart such lines with metricLines: true in lockstep.yaml, for every run or for one experiment.\n',
  );
}

/** Empty where there is nothing. */
async function startOf(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(previewedBytes), 0, previewedBytes, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}
