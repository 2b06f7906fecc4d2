/** Compares what a script says it logged with what Lockstep recorded, value by value, in both directions. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ParameterValue } from '../../../src/runs/plan.ts';
import type { RecordedRun } from './recordedRun.ts';
import type { ToldRun } from './truth.ts';

export interface Latitude {
  /** Names of metrics, parameters and tags that the library adds by itself. */
  readonly more?: RegExp;
}

/** Points of the same steps may arrive in another order (asynchronous logging): they are compared sorted. */
export function assertSameAsTold(told: ToldRun, recorded: RecordedRun, { more }: Latitude = {}): void {
  const where = `of ${told.name ?? 'the run'}`;
  const own = <T>(all: Readonly<Record<string, T>>, expected: object): Record<string, T> =>
    Object.fromEntries(
      Object.entries(all).filter(([name]) => Object.hasOwn(expected, name) || more?.test(name) !== true),
    );

  const unlike = differences(told.metrics, own(recorded.metrics, told.metrics));
  assert.ok(unlike.length === 0, `metrics ${where}:\n${unlike.join('\n')}`);
  assert.deepEqual(
    asTold(own(recorded.parameters, told.params), told.params),
    told.params,
    `parameters ${where}`,
  );
  const { 'mlflow.note.content': note, ...toldTags } = told.tags;
  if (note !== undefined) assert.equal(recorded.reported.note, note, `note ${where}`);
  const tags = Object.entries(recorded.reported.tags).filter(([name]) => !name.startsWith('mlflow.'));
  assert.deepEqual(own(Object.fromEntries(tags), toldTags), toldTags, `tags ${where}`);
  for (const [path, hash] of Object.entries(told.artifacts))
    assert.equal(recorded.artifacts[path], hash, `artifact ${path} ${where}`);
  assert.equal(recorded.state, told.state, `state ${where}`);
  if (told.name !== null) assert.equal(recorded.name ?? recorded.reported.name, told.name);
  for (const { name, ...parts } of told.datasets)
    assertSome(recorded.reported.datasets, { name, ...parts }, `dataset ${name} ${where}`);
  for (const { name, ...parts } of told.models)
    assertSome(recorded.reported.models, { name, ...parts }, `model ${name} ${where}`);
  for (const expected of told.media) {
    const entry = assertSome(recorded.media, expected, `${expected.kind} ${expected.key} ${where}`);
    if (entry.file !== undefined) assert.ok(existsSync(join(recorded.dir, entry.file)), entry.file);
  }
}

/** Parameters are kept with their types; a library that knows texts only is right when text and value mean the same. */
function asTold(
  recorded: Readonly<Record<string, ParameterValue>>,
  told: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(recorded).map(([name, value]) => {
      const text = told[name];
      const same =
        text !== undefined &&
        (typeof value === 'number'
          ? !/^-?0\d|^\s*$/.test(text) && Number(text) === value
          : typeof value === 'boolean'
            ? text.toLowerCase() === String(value)
            : value === null && text === 'None');
      return [name, same ? text : String(value)];
    }),
  );
}

/** One of `all` has these parts. */
function assertSome<T extends object>(all: readonly T[], parts: object, what: string): T {
  const found = all.find(one =>
    Object.entries(parts).every(([name, value]) => (one as Record<string, unknown>)[name] === value),
  );
  assert.ok(found, `${what} is missing: ${JSON.stringify(parts)} among ${JSON.stringify(all)}`);
  return found;
}

type Points = readonly (readonly [step: number, value: number])[];

/** One line for each series that is not what was told, with the first point that differs. */
function differences(
  told: Readonly<Record<string, Points>>,
  recorded: Readonly<Record<string, Points>>,
): string[] {
  return [...new Set([...Object.keys(told), ...Object.keys(recorded)])].sort().flatMap(key => {
    const expected = inOrder(told[key] ?? []);
    const actual = inOrder(recorded[key] ?? []);
    const at = Array.from({ length: Math.max(expected.length, actual.length) }, (_, index) => index).find(
      index =>
        expected[index]?.[0] !== actual[index]?.[0] || !isSame(expected[index]?.[1], actual[index]?.[1]),
    );
    if (at === undefined) return [];
    const point = (one: Points[number] | undefined): string =>
      one === undefined ? 'nothing' : `step ${one[0]} value ${one[1]}`;
    return [
      `${key}: ${expected.length} points told, ${actual.length} recorded; told ${point(expected[at])}, recorded ${point(actual[at])}`,
    ];
  });
}

/** JSON does not know the sign of zero. */
function isSame(a: number | undefined, b: number | undefined): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

function inOrder(points: Points): Points {
  return [...points].sort(([step, value], [otherStep, other]) => step - otherStep || value - other);
}
