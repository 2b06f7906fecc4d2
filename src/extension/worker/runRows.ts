/** Gives runs their label among their neighbours. Pure. */
import type { ParameterValue } from '../../runs/plan.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import { commandLabel, commandName } from '../../runs/commandLabel.ts';
import type { RunRow } from './runsView.ts';

const labelLimit = 120;
const labelParameters = 3;

/** Rows for `runs`; their neighbours are the runs of the same command in `around` (which includes `runs`). */
export function runRows(
  store: string,
  runs: readonly RunSummary[],
  around: readonly RunSummary[],
): readonly RunRow[] {
  const varying = varyingKeys(around);
  return runs.map(run => {
    const differing = (varying.get(commandKey(run)) ?? []).filter(key => Object.hasOwn(run.parameters, key));
    return { store, run, label: runLabel(run, differing), differing };
  });
}

/** The name, else `lr=0.1 width=64`, else the command. One line. A name that MLflow made up says less than those. */
export function runLabel(run: RunSummary, differing: readonly string[]): string {
  const name = oneLine(run.name ?? '');
  // A reproduction is named after its original: baseline-repro-2.
  const madeUp = run.reproduces === undefined && inventedName.test(name);
  if (name !== '' && !madeUp) return shorten(name);
  const told = differing
    .slice(0, labelParameters)
    .map(key => `${lastPart(key)}=${formatParameter(run.parameters[key] ?? null)}`);
  const command = madeUp && run.parent !== undefined ? name : commandLabel(run.argv);
  return shorten(oneLine(told.length > 0 ? told.join(' ') : command)) || name || run.id.slice(-6);
}

/** `gregarious-sloth-123` */
const inventedName = /^[a-z]+-[a-z]+-\d{1,4}$/;

/** Without the noise of binary fractions: 0.30000000000000004 is what a program calls 0.1 × 3. */
export function formatParameter(value: ParameterValue): string {
  return typeof value === 'number' && !Number.isInteger(value)
    ? String(Number(value.toPrecision(12)))
    : String(value);
}

/** Per command, the parameters that do not have one value in all its runs, in the order they were met. */
function varyingKeys(runs: readonly RunSummary[]): Map<string, string[]> {
  const commands = new Map<string, { runs: number; values: Map<string, Map<ParameterValue, number>> }>();
  for (const run of runs) {
    const key = commandKey(run);
    const command = commands.get(key) ?? { runs: 0, values: new Map<string, Map<ParameterValue, number>>() };
    commands.set(key, command);
    command.runs++;
    for (const [name, value] of Object.entries(run.parameters)) {
      const counts = command.values.get(name) ?? new Map<ParameterValue, number>();
      command.values.set(name, counts.set(value, (counts.get(value) ?? 0) + 1));
    }
  }
  const varying = new Map<string, string[]>();
  for (const [key, command] of commands) {
    const keys = [...command.values]
      .filter(([, counts]) => counts.size > 1 || sum(counts.values()) < command.runs)
      .map(([name]) => name);
    varying.set(key, keys);
  }
  return varying;
}

function commandKey(run: RunSummary): string {
  // Child runs of one run do the same work, whatever their record says of a command.
  return run.parent ?? run.experiment ?? commandName(run.argv);
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

// Names come from anywhere; a line break would break the row.
const breaks = /[\p{Cc}\s]+/gu;

function oneLine(text: string): string {
  return text
    .slice(0, 4 * labelLimit)
    .replace(breaks, ' ')
    .trim();
}

function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= labelLimit ? text : `${characters.slice(0, labelLimit - 1).join('')}…`;
}
