import assert from 'node:assert/strict';
import { join } from 'node:path';
import { hideReportedSecrets } from '../../../src/runs/hideReportedSecrets.ts';
import { MetricLogWriter } from '../../../src/runs/metricLogWriter.ts';
import { readMetricLogs } from '../../../src/runs/metricLog.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('what a program reports', () => {
  it('is recorded without the secrets in it', () => {
    const hidden = hideReportedSecrets({
      at: 1,
      name: 'base',
      note: 'see https://me:hunter2@example.org/x',
      parameters: {
        lr: 0.1,
        db_url: 'postgresql://u:hunter2@db/x',
        api_key: 'abcdef1234567890',
        max_tokens: '512',
      },
      tags: { hf_token: 'hf_abcdefghijklmnopqrstuvwx', team: 'vision', gone: null },
      datasets: [{ name: 'd', source: 's3://u:hunter2@bucket/x' }],
    });
    assert.doesNotMatch(JSON.stringify(hidden), /hunter2|abcdef1234567890|hf_abcdef/);
    assert.deepEqual(hidden.parameters, {
      lr: 0.1,
      db_url: 'postgresql://<secret>@db/x',
      api_key: '<secret>',
      max_tokens: '512',
    });
    assert.deepEqual(hidden.tags, { hf_token: '<secret>', team: 'vision', gone: null });
  });
});

describe('a rank that is none', () => {
  it('keeps neither its point nor those after it out of the log', async () => {
    await using folder = await temporaryFolder();
    const log = MetricLogWriter.open(join(folder.path, 'metrics.bin'));
    const point = (rank: number | undefined): object => ({ key: 'loss', step: 1, time: 1, value: 1, rank });
    log.append([3_000_000_000, -1, 1.5, Number.NaN, undefined, 2].map(point) as never);
    log.close();
    const { series } = await readMetricLogs(folder.path);
    assert.deepEqual(
      series.map(({ rank, values }) => [rank, values.length]),
      [
        [null, 5],
        [2, 1],
      ],
    );
  });
});
