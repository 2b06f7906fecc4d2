import assert from 'node:assert/strict';
import {
  volatileMetricReason,
  volatileOutputReason,
} from '../../../../src/reproduction/comparison/volatileNames.ts';

describe('volatile metric names', () => {
  const table: [key: string, reason: string | undefined][] = [
    ['loss', undefined],
    ['val/accuracy', undefined],
    ['ms_ssim', undefined],
    ['total_timesteps', undefined],
    ['iterations', undefined],
    ['temperature', undefined],
    ['epoch', undefined],
    ['its_loss', undefined],
    ['second_moment', undefined],
    ['time/epoch', 'elapsed time'],
    ['train_runtime', 'elapsed time'],
    ['epochTime', 'elapsed time'],
    ['step_ms', 'elapsed time'],
    ['duration', 'elapsed time'],
    ['samples_per_second', 'throughput'],
    ['train_samples_per_second', 'throughput'],
    ['it/s', 'throughput'],
    ['tok/s', 'throughput'],
    ['throughput', 'throughput'],
    ['gpu/0/memory', 'hardware'],
    ['cpu_percent', 'hardware'],
    ['system/disk_usage_megabytes', 'hardware'],
    ['system/network_receive_megabytes', 'hardware'],
    ['seed 1/system/disk./.usageGB', 'hardware'],
    ['system_prompt_loss', undefined],
    ['operating system/disk_loss', undefined],
    ['network_loss', undefined],
    ['timestamp', 'timestamp'],
    ['runtime_loss', undefined],
    ['time_to_event/loss', undefined],
    ['memory_accuracy', undefined],
    ['gpu_model/val_f1', undefined],
    ['latency_mae', undefined],
    ['loss_time', 'elapsed time'],
    ['val_latency_pred', undefined],
    ['cpu_demand_forecast', undefined],
    ['time_to_failure_days', undefined],
    ['time_to_first_token', 'elapsed time'],
    ['mem', 'hardware'],
    ['reward_per_second', 'throughput'],
    ['error_memory', 'hardware'],
    ['epoch_ms/0', 'elapsed time'],
    ['latency_mae/0/1', undefined],
    ['charts/SPS', 'throughput'],
    ['ips', 'throughput'],
    ['ms/step', 'elapsed time'],
    ['s/it', 'elapsed time'],
    ['sec_per_it', 'elapsed time'],
    ['seconds_per_step', 'elapsed time'],
    ['epoch_s', 'elapsed time'],
    ['train_s', 'elapsed time'],
    ['wall_clock_s', 'elapsed time'],
    ['class_s', undefined],
    ['s', undefined],
    ['ms_step_loss', undefined],
    ['bandwidth', undefined],
    ['kernel_bandwidth', undefined],
    ['memory_bandwidth', 'throughput'],
    ['bus_bandwidth_gbps', 'throughput'],
    ['min_batch', undefined],
    ['second_epoch', undefined],
  ];
  for (const [key, reason] of table)
    it(`${key}: ${reason ?? 'counted'}`, () => {
      assert.equal(volatileMetricReason(key), reason);
    });

  it('lets patterns add and take back, the last match winning', () => {
    const patterns = { metrics: ['*loss', '!val_loss', '!epoch_time'], outputs: [] };
    assert.equal(volatileMetricReason('train_loss', patterns), 'matches *loss');
    assert.equal(volatileMetricReason('val_loss', patterns), undefined);
    assert.equal(volatileMetricReason('epoch_time', patterns), undefined);
  });
});

describe('volatile output names', () => {
  const table: [path: string, reason: string | undefined][] = [
    ['model.json', undefined],
    ['out/weights.npz', undefined],
    ['catalog/items.csv', undefined],
    ['train.log', 'log'],
    ['slurm-1.out', 'log'],
    ['out/log.txt', 'log'],
    ['out/train_log.txt', 'log'],
    ['out/log_2.txt', 'log'],
    ['stdout.txt', 'log'],
    ['catalog.txt', undefined],
    ['dialog.txt', undefined],
    ['log_likelihood.txt', undefined],
    ['out/log.csv', undefined],
    ['logs/metrics.csv', 'log'],
    ['logs/ppo/best_model.zip', undefined],
    ['logs/run1/final.pt', undefined],
    ['log/predictions.npy', 'log'],
    ['runs/events.out.tfevents.1700000000.host.1.0', 'event file'],
    ['mlruns/0/meta.yaml', 'tracker files'],
    ['src/__pycache__/a.pyc', 'cache'],
    ['/home/me/.config/Library/settings.json', 'settings'],
    ['.config/model.bin', undefined],
    ['.dvc/tmp/rwlock', 'tracker files'],
    ['/var/tmp/dvc/repo/1/x', 'tracker files'],
  ];
  for (const [path, reason] of table)
    it(`${path}: ${reason ?? 'counted'}`, () => {
      assert.equal(volatileOutputReason(path), reason);
    });
});
