import assert from 'node:assert/strict';
import { logFolders } from '../../../../src/execution/sources/logFolders.ts';

const of = (argv: readonly string[], environment: Record<string, string> = {}) =>
  logFolders({ argv, cwd: '/work dir', environment });

describe('logFolders', () => {
  for (const [argv, wanted] of [
    [['python', 'train.py', '--logdir', 'logs'], ['/work dir/logs']],
    [
      ['x', '--output_dir=/scratch/out', '--save-dir', '../s'],
      ['/scratch/out', '/s'],
    ],
    [
      ['x', '--trainer.default_root_dir=r', 'hydra.run.dir=outputs/1'],
      ['/work dir/r', '/work dir/outputs/1'],
    ],
    [['x', '--log_dir', 'a', '--log_dir', 'a'], ['/work dir/a']],
    [
      ['x', '--project', 'runs/detect', '--tensorboard-dir', 't b'],
      ['/work dir/runs/detect', '/work dir/t b'],
    ],
    [['x', '--data_dir', '/huge', '--train_data_dir=/huge', '--dataset', 'd'], []],
    [['x', '--log_dir', '--verbose', '--output_dir=s3://bucket/x', '--logdir=$HOME/x', '--logdir='], []],
    [['x', '--logdir'], []],
    [['logdir', 'x'], []],
  ] as const)
    it(`finds ${JSON.stringify(wanted)} in ${argv.join(' ')}`, () => {
      assert.deepEqual(of(argv).named, wanted);
    });

  for (const [environment, wanted] of [
    [{ TENSORBOARD_LOGGING_DIR: 'tb', WANDB_DIR: '/w' }, ['/work dir/tb', '/w/wandb']],
    [{ HOME: '/home/me' }, ['/home/me/.cache/huggingface/trackio']],
    [{ HOME: '/home/me', HF_HOME: '/hf' }, ['/hf/trackio']],
    [{ HOME: '/home/me', TRACKIO_DIR: '/t' }, ['/t']],
    [{}, []],
  ] as const)
    it(`finds ${JSON.stringify(wanted)} in the environment`, () => {
      assert.deepEqual(of(['x'], environment).shared, wanted);
    });
});
