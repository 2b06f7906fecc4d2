import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { noiseOverlay } from '../../../../src/reproduction/report/noiseOverlay.ts';
import { RunStore } from '../../../../src/runs/runStore.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { writeRun } from '../../runs/recordFixtures.ts';

const steps = Float64Array.from({ length: 20 }, (_, i) => i + 1);
const values = steps.map(step => 1 / step);
const series = { key: 'loss', rank: null, steps, times: steps, values };
const curve = { xs: steps, ys: values, markXs: new Float64Array(0), markKinds: new Uint8Array(0) };

function probe(host: string, identical: boolean) {
  return {
    ...{ schemaVersion: 1, at: '2026-01-01T00:00:00Z', host, runId: ulid(), identical },
    ...{ reproductionIds: [ulid(), ulid()], sentence: '' },
    bands: [
      {
        ...{ key: 'loss', identical, comparedPoints: 20, throughStep: 20, firstDifferingStep: 1 },
        ...(identical
          ? {}
          : {
              noise: {
                ...{ scale: [{ step: 1, size: 0.001 }], correlation: 1, freedom: 19 },
                ...{ largest: 2, points: 20, events: false },
              },
            }),
      },
    ],
  };
}

describe('the noise around a curve', () => {
  const cases: readonly (readonly [string, readonly [host: string, identical: boolean][], boolean])[] = [
    ['no probe', [], false],
    ['a probe of this machine', [['here', false]], true],
    ['a probe of another machine', [['elsewhere', false]], false],
    ['a probe that found none', [['here', true]], false],
  ];
  for (const [what, probes, shown] of cases)
    it(`${shown ? 'is known' : 'is not known'} with ${what}`, async () => {
      await using folder = await temporaryFolder();
      const original = writeRun(folder.path, {});
      const { id } = writeRun(folder.path, { plan: { host: 'here' }, result: null });
      mkdirSync(original.paths.probes, { recursive: true });
      for (const [host, identical] of probes)
        writeFileSync(join(original.paths.probes, `${ulid()}.json`), JSON.stringify(probe(host, identical)));
      const reproduction = await new RunStore(folder.path).read(id);
      const request = { originalDir: original.paths.dir, reproduction, key: 'loss', curve };
      const band = await noiseOverlay({ ...request, shown: new Map([['loss', series]]), began: undefined });
      assert.equal(band !== undefined, shown);
      if (band === undefined) return;
      assert.deepEqual(band.xs, steps);
      for (const [i, value] of values.entries()) {
        assert.ok((band.low[i] ?? 0) < value && value < (band.high[i] ?? 0));
        assert.ok(Math.abs((band.low[i] ?? 0) + (band.high[i] ?? 0) - 2 * value) < 1e-12);
      }
    });
});
