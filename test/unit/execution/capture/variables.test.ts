import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  captureVariables,
  localeOf,
  storeKey,
  timeZoneOf,
} from '../../../../src/execution/capture/variables.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const key = Buffer.alloc(32, 1);

describe('environment variables', () => {
  it('are recorded by value when they are known to decide numbers, and hashed otherwise', () => {
    const variables = captureVariables(
      {
        OMP_NUM_THREADS: '4',
        PYTHONHASHSEED: '0',
        CUBLAS_WORKSPACE_CONFIG: ':4096:8',
        LC_ALL: 'C.UTF-8',
        HF_TOKEN: 'x',
        MY_SETTING: 'y',
        TORCH_HUB_TOKEN: 'z',
        XLA_FLAGS: 'http://me:pw@host',
        PWD: '/x',
        LOCKSTEP_RUN_ID: '1',
        UNSET: undefined,
        OPENBLAS_L2_SIZE: '512',
        TF_DETERMINISTIC_OPS: '1',
        TF_VAR_region: 'a place',
        TF_VAR_REGION: 'another place',
        TF_CLI_CONFIG_FILE: '/home/me/.terraformrc',
        PYTHONPATH: '/cache/lockstep/pythonHook:/my/src',
      },
      key,
    );
    const shown = Object.entries(variables).map(
      ([name, { value }]) => `${name}=${typeof value === 'string' ? value : '#'}`,
    );
    assert.deepEqual(shown, [
      ...[
        'CUBLAS_WORKSPACE_CONFIG=:4096:8',
        'HF_TOKEN=#',
        'LC_ALL=C.UTF-8',
        'MY_SETTING=#',
        'OMP_NUM_THREADS=4',
      ],
      ...[
        'OPENBLAS_L2_SIZE=512',
        'PYTHONHASHSEED=0',
        'PYTHONPATH=/my/src',
        'TF_CLI_CONFIG_FILE=#',
        'TF_DETERMINISTIC_OPS=1',
        'TF_VAR_REGION=#',
        'TF_VAR_region=#',
        'TORCH_HUB_TOKEN=#',
        'XLA_FLAGS=#',
      ],
    ]);
    assert.doesNotMatch(JSON.stringify(variables), /me:pw|"x"|"z"/);
  });

  it('leave out a PYTHONPATH that holds nothing but the hook', () => {
    assert.deepEqual(captureVariables({ PYTHONPATH: '/x/pythonHook' }, key), {});
  });

  it('hash alike only under the same key and name', () => {
    const hash = (name: string, value: string, of = key): unknown =>
      captureVariables({ [name]: value }, of)[name];
    assert.deepEqual(hash('A', 'x'), hash('A', 'x'));
    assert.notDeepEqual(hash('A', 'x'), hash('A', 'y'));
    assert.notDeepEqual(hash('A', 'x'), hash('A', 'x', Buffer.alloc(32, 2)));
    assert.notDeepEqual(hash('A', 'x'), hash('B', 'x'));
  });

  it('share one key per store, also when many runs start at once', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'lockstep');
    const keys = await Promise.all(Array.from({ length: 20 }, () => storeKey(store)));
    assert.equal(new Set(keys.map(each => each.toString('hex'))).size, 1);
    if (process.platform !== 'win32')
      assert.equal((await stat(join(store, 'variables.key'))).mode & 0o777, 0o600);
  });

  it('tell time zone and locale', () => {
    assert.equal(timeZoneOf({ TZ: 'Asia/Tokyo' }), 'Asia/Tokyo');
    assert.notEqual(timeZoneOf({}), '');
    assert.equal(localeOf({ LANG: 'de_DE.UTF-8', LC_ALL: '' }), 'de_DE.UTF-8');
    assert.equal(localeOf({}), undefined);
  });
});
