/** The whole of a script's runs: the run of the command and each child run is the one that was told. */
import assert from 'node:assert/strict';
import { assertSameAsTold, type Latitude } from './assertSameAsTold.ts';
import type { TrackedScript } from './trackedScript.ts';

export function assertTracked(tracked: TrackedScript, exitCode = 0, latitude: Latitude = {}): void {
  const { truth, run, children, output } = tracked;
  assert.equal(tracked.exitCode, exitCode, output);
  assert.ok(truth.main, 'the script told nothing');
  assert.equal(run.exitCode, exitCode);
  assertSameAsTold(truth.main, run, latitude);

  const main = truth.main.name ?? 'the run';
  const nameOf = (id: string | undefined): string | undefined =>
    id === run.id ? main : children.find(child => child.id === id)?.name;
  assert.deepEqual(
    children.map(child => [child.name, nameOf(child.parent)]).sort(),
    truth.children.map(child => [child.name, child.parent]).sort(),
    'child runs and what they belong to',
  );
  for (const told of truth.children) {
    const child = children.find(one => one.name === told.name);
    assert.ok(child);
    assertSameAsTold(told, child, latitude);
  }
  assert.deepEqual(run.warnings, []);
}
