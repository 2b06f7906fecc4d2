import assert from 'node:assert/strict';
import fc from 'fast-check';
import { byStart, eventFileName } from '../../../../src/tracking/tensorboard/eventFileName.ts';
import { groupFolders, metricKey, RunFolders } from '../../../../src/tracking/tensorboard/runFolders.ts';

/** What `tag` is called in each folder, with the rank behind it. */
function named(folders: readonly string[], tag = 'loss'): string[] {
  const run = new RunFolders();
  return folders.map(folder => {
    const place = run.place(folder);
    const key = metricKey(place, tag);
    return place.rank === undefined ? key : `${key} @${place.rank}`;
  });
}

describe('RunFolders', () => {
  for (const [what, folders, wanted] of [
    ['one folder', ['runs/exp1'], ['loss']],
    ['the folder itself', ['.'], ['loss']],
    ['torch', ['/w/runs/Nov22_18-00-13_host'], ['loss']],
    ['Lightning', ['lightning_logs/version_3'], ['loss']],
    ['two versions of one run', ['logs/version_0', 'logs/version_1'], ['loss', 'version_1/loss']],
    ['Keras', ['logs/train', 'logs/validation'], ['train/loss', 'validation/loss']],
    [
      'Keras below a date',
      ['C:\\w\\logs\\fit\\20261122-180013\\train', 'C:\\w\\logs\\fit\\20261122-180013\\validation'],
      ['train/loss', 'validation/loss'],
    ],
    ['only validation', ['logs/validation'], ['validation/loss']],
    ['add_hparams', ['tb/torch1', 'tb/torch1/1795354055.39'], ['loss', 'loss']],
    [
      'add_hparams twice, below a part',
      ['tb', 'tb/train', 'tb/train/1795354055.39', 'tb/train/1795354056.1'],
      ['loss', 'train/loss', 'train/loss', 'train/loss'],
    ],
    ['add_hparams before anything else', ['tb/x/1795354055.39', 'tb/x'], ['loss', 'loss']],
    ['a run named by the clock', ['tb/1795354055.39'], ['loss']],
    ['runs named by the clock', ['tb/1795354055.39', 'tb/1795354056.39'], ['loss', '1795354056.39/loss']],
    ['add_scalars', ['tb', 'tb/loss_train', 'tb/loss_val'], ['loss', 'loss/train', 'loss/val']],
    [
      'add_scalars of tensorboardX',
      ['tb', 'tb/loss/train', 'tb/loss/val'],
      ['loss', 'loss/train', 'loss/val'],
    ],
    ['add_scalars with a slash', ['tb', 'tb/loss_a/b'], ['loss', 'loss/a/b']],
    ['a sub-folder', ['tb', 'tb/gan/generator'], ['loss', 'gan/generator/loss']],
    ['a folder beside', ['tb/a', 'tb/b', 'tb/c/train'], ['loss', 'b/loss', 'c/train/loss']],
    ['a folder elsewhere', ['/x/a', '/y/b'], ['loss', 'y/b/loss']],
    ['the folder around', ['tb/a', 'tb'], ['loss', 'tb/loss']],
    ['ranks', ['tb/rank_0', 'tb/rank_1'], ['loss @0', 'loss @1']],
    [
      'ranks with parts',
      ['tb/rank0/train', 'tb/rank0/val', 'tb/rank1/train'],
      ['train/loss @0', 'val/loss @0', 'train/loss @1'],
    ],
    ['folds', ['cv/fold_0', 'cv/fold_1'], ['fold_0/loss', 'fold_1/loss']],
    [
      'a date of Hydra below',
      ['outputs', 'outputs/2026-11-22/18-00-13/tb'],
      ['loss', '2026-11-22/18-00-13/tb/loss'],
    ],
  ] as const)
    it(`names ${what}`, () => {
      assert.deepEqual(named(folders), wanted);
    });

  it('finds the group of add_scalars in the folder that replaced its slashes', () => {
    assert.deepEqual(named(['tb', 'tb/Loss_all_train'], 'Loss/all'), ['Loss/all', 'Loss/all/train']);
    assert.deepEqual(named(['tb', 'tb/Loss/all/train'], 'Loss/all'), ['Loss/all', 'Loss/all/train']);
    assert.deepEqual(named(['tb', 'tb/Loss_all_'], 'Loss/all'), ['Loss/all', 'Loss_all_/Loss/all']);
  });

  const folders = fc.uniqueArray(
    fc
      .array(fc.constantFrom('a', 'b', 'train', 'rank_1', 'version_0', 'version_1', '1795354055.3', 'runs'), {
        minLength: 1,
        maxLength: 4,
      })
      .map(parts => parts.join('/')),
    { minLength: 1, maxLength: 8 },
  );

  it('never renames a folder, however often it is asked', () => {
    fc.assert(
      fc.property(folders, all => {
        const run = new RunFolders();
        const first = all.map(folder => run.place(folder));
        assert.deepEqual(
          all.map(folder => run.place(`${folder}/`)),
          first,
        );
      }),
    );
  });

  it('keeps folders apart unless they fold', () => {
    fc.assert(
      fc.property(folders, all => {
        const apart = all.filter(folder => !folder.includes('.'));
        assert.equal(new Set(named(apart)).size, apart.length);
      }),
    );
  });

  it('takes any paths', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (paths, tag) => {
        const run = new RunFolders();
        for (const path of paths) assert.ok(metricKey(run.place(path), tag).includes(tag));
      }),
    );
  });
});

describe('groupFolders', () => {
  it('makes runs of a log folder', () => {
    const tags: Record<string, string[]> = {
      'logs/a/grp_x': ['grp'],
      'logs/a/g/h/x': ['g/h'],
      'logs/exp_2': ['loss'],
    };
    const groups = groupFolders(
      [
        'logs',
        'logs/a',
        'logs/a/1795354055.39',
        'logs/a/grp_x',
        'logs/a/g/h/x',
        'logs/b/train',
        'logs/b/validation',
        'logs/exp_2',
        'logs/c/rank_0',
        'logs/c/rank_1',
        'logs/1795354055.39',
        'logs/d/1795354055.39',
      ],
      folder => tags[folder] ?? ['loss'],
    );
    assert.deepEqual(
      groups.map(({ root, folders }) => `${root}: ${folders.join(' ')}`),
      [
        'logs: logs logs/1795354055.39',
        'logs/a: logs/a logs/a/1795354055.39 logs/a/grp_x logs/a/g/h/x',
        'logs/b: logs/b/train logs/b/validation',
        'logs/exp_2: logs/exp_2',
        'logs/c: logs/c/rank_0 logs/c/rank_1',
        'logs/d/1795354055.39: logs/d/1795354055.39',
      ],
    );
  });

  it('keeps absolute paths absolute', () => {
    assert.deepEqual(
      groupFolders(['/w/logs/train'], () => []).map(group => group.root),
      ['/w/logs'],
    );
  });
});

describe('eventFileName', () => {
  for (const [name, wanted] of [
    ['events.out.tfevents.1795354055.box.4242.0', { seconds: 1_795_354_055, host: 'box', pid: 4242 }],
    [
      'events.out.tfevents.1795354055.box.local.4242.0.v2',
      { seconds: 1_795_354_055, host: 'box.local', pid: 4242 },
    ],
    ['events.out.tfevents.1795354055.box.example.org', { seconds: 1_795_354_055, host: 'box.example.org' }],
    ['my.tfevents', {}],
    ['events.out.tfevents.1.profile-empty', undefined],
    ['model.ckpt', undefined],
  ] as const)
    it(`reads ${name}`, () => {
      assert.deepEqual(eventFileName(name), wanted);
    });

  it('orders files by start, then from the outside in', () => {
    const files = [
      'a/b/events.out.tfevents.1795354055.h',
      'z/events.out.tfevents.1795354055.h',
      'a/events.out.tfevents.1795354056.h',
      'q/events.out.tfevents.1795354054.h',
    ];
    assert.deepEqual(files.sort(byStart), [
      'q/events.out.tfevents.1795354054.h',
      'z/events.out.tfevents.1795354055.h',
      'a/b/events.out.tfevents.1795354055.h',
      'a/events.out.tfevents.1795354056.h',
    ]);
  });
});
