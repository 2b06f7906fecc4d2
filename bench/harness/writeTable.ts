/** Writes `bench/results/<topic>.md`: the table, the command that makes it, and the machine it was made on. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem, release, type } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/projectRoot.ts';
import type { Spread } from './measure.ts';

export interface BenchTable {
  /** The name of the file in bench/ without its ending. */
  readonly topic: string;
  readonly title: string;
  /** What was measured, how, and on what data, in a few sentences. */
  readonly method: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the table shows; aims that were missed are named. */
  readonly findings?: string;
}

/** Writes the file, prints the table, and resolves with the path. */
export async function writeTable(table: BenchTable): Promise<string> {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [
    `# ${table.title}`,
    '',
    table.method,
    '',
    line(table.columns),
    line(table.columns.map(() => '---')),
    ...table.rows.map(line),
    '',
    ...(table.findings === undefined ? [] : [table.findings, '']),
    `Made with \`npm run bench ${table.topic}\` on ${machine()}, ${new Date().toISOString().slice(0, 10)}.`,
    '',
  ];
  const folder = join(projectRoot, 'bench', 'results');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${table.topic}.md`);
  await writeFile(path, lines.join('\n'));
  console.log(lines.join('\n'));
  return path;
}

/** `12.3 ms (11.9–14.0)`: median, minimum and maximum. */
export function formatSpread({ min, median, max }: Spread, unit: string, digits = 1): string {
  return `${median.toFixed(digits)} ${unit} (${min.toFixed(digits)}–${max.toFixed(digits)})`.replace(
    ' ×',
    '×',
  );
}

function machine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  return `${processors.length} cores of ${model}, ${memory} GiB, ${type()} ${release()}, Node ${process.versions.node}`;
}
