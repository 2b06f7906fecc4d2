/** Files that numpy and safetensors themselves write, read by our readers: every type, and zip files as numpy makes them. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { runCommand } from '../../src/base/runCommand.ts';
import { compareTensors } from '../../src/reproduction/comparison/tensors/compareTensors.ts';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';
import { temporaryFolder } from '../helpers/temporaryFolder.ts';

/** Writes each file twice: `a` as it is, `b` the same in other bytes, `c` with one element a hundredth greater. */
const writer = `
import os, sys, numpy as np, ml_dtypes
from safetensors.numpy import save_file
os.chdir(sys.argv[1])
for name in 'abc': os.mkdir(name)
kinds = ['?', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8', 'c8', 'c16']
def arrays(change):
    made = {}
    for kind in kinds:
        array = (np.arange(24).reshape(2, 3, 4) % 2 + 1).astype(kind)
        if change and kind in ('f4', 'f8', 'c8', 'c16', 'f2'): array[1, 2, 3] *= 1.25
        made['k' + kind.replace('?', 'b')] = array
    return made
turned = lambda values: dict(reversed(values.items()))
np.savez('a/plain.npz', **arrays(False)); np.savez_compressed('b/plain.npz', **turned(arrays(False))); np.savez('c/plain.npz', **arrays(True))
real = lambda change: {k: v for k, v in arrays(change).items() if k not in ('kc16',)}
brain = lambda x: np.array([1, 2, x], dtype=ml_dtypes.bfloat16)
save_file({**real(False), 'bf': brain(3)}, 'a/model.safetensors', metadata={'at': '1'})
save_file({**turned(real(False)), 'bf': brain(3)}, 'b/model.safetensors', metadata={'at': '2'})
save_file({**real(True), 'bf': brain(4)}, 'c/model.safetensors')
wide = np.asfortranarray(np.arange(12.0).reshape(3, 4))
np.save('a/wide.npy', wide); np.save('b/wide.npy', np.asfortranarray(wide.astype('>f8'))); np.save('c/wide.npy', np.asfortranarray(wide * 1.01))
`;

describe('files of tensors that numpy and safetensors write', () => {
  it('are equal in other bytes, and different by what was changed', async function () {
    this.timeout(120_000);
    const { python } = peerOrSkip(this, 'tensors');
    await using folder = await temporaryFolder('lockstep tensors');
    const made = await runCommand({ program: python, args: ['-c', writer, folder.path] });
    assert.equal(made.exitCode, 0, made.stderr);
    const names = (await readdir(join(folder.path, 'a'))).sort();
    assert.deepEqual(names, ['model.safetensors', 'plain.npz', 'wide.npy']);
    for (const name of names) {
      const at = (which: string): string => join(folder.path, which, name);
      const same = await compareTensors(at('a'), at('b'), name);
      assert.ok(same !== undefined && 'verdict' in same, JSON.stringify(same));
      assert.deepEqual([name, same.verdict, same.differing], [name, 'identical', []]);
      const other = await compareTensors(at('a'), at('c'), name);
      assert.ok(other !== undefined && 'verdict' in other, JSON.stringify(other));
      assert.equal(other.verdict, 'diverged');
      const floats = ['kf2', 'kf4', 'kf8', 'kc8'];
      const expected = {
        'model.safetensors': ['bf', 'kc8', 'kf2', 'kf4', 'kf8'],
        'plain.npz': [...floats, 'kc16'].sort(),
        'wide.npy': ['array'],
      }[name];
      assert.deepEqual(other.differing, expected);
    }
  });
});
