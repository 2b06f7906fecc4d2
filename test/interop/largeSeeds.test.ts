/**
 * Seeds of the real PyTorch and TensorFlow, as the Python hook sees them. Only with `npm run soak`, which installs
 * gigabytes for them; test/integration/capture has stand-ins.
 */
import assert from 'node:assert/strict';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';
import { seedsOf } from '../helpers/seedsOf.ts';
import { soak } from '../helpers/soak.ts';

const torchProgram = `import inspect
import torch
torch.manual_seed(7)
torch.manual_seed(seed=7)
torch.random.manual_seed(8)
torch.cuda.manual_seed_all(9)
print(inspect.signature(torch.manual_seed), torch.rand(2).tolist())
# Decorates manual_seed.
import torch._dynamo
torch.manual_seed(10)
print(torch.rand(2).tolist())
torch.optim.Adam([torch.ones(1, requires_grad=True)]).step()
torch.manual_seed(11)
with torch.random.fork_rng():
    torch.manual_seed(12)
print(torch.rand(2).tolist())
try:
    torch.manual_seed('x')
except ValueError as error:
    print(error)
torch.seed()
`;

const tensorflowProgram = `import os
os.environ.update(TF_CPP_MIN_LOG_LEVEL='3', TF_ENABLE_ONEDNN_OPTS='0')
import inspect
import tensorflow as tf
tf.random.set_seed(3)
print(inspect.signature(tf.random.set_seed), tf.random.uniform([2]).numpy().tolist())
tf.compat.v1.set_random_seed(4)
tf.keras.utils.set_random_seed(5)
print(tf.random.uniform([2]).numpy().tolist())
`;

if (soak)
  describe('seeds of large libraries', function () {
    this.timeout(600_000);

    it('are those of the real PyTorch, which stays as it is', async function () {
      const { plain, stdout, seeds } = await seedsOf(peerOrSkip(this, 'torch').python, torchProgram);
      assert.equal(stdout, plain);
      assert.deepEqual(seeds, [
        ...['3: torch.manual_seed 7', '5: torch.manual_seed 8', '6: torch.cuda.manual_seed_all 9'],
        ...['10: torch.manual_seed 10', '13: torch.manual_seed 11', '15: torch.manual_seed 12'],
        ...['18: torch.manual_seed str of 1 characters, hash fd0c5087', '21: torch.seed at random'],
      ]);
    });

    it('are those of the real TensorFlow, which stays as it is', async function () {
      const { plain, stdout, seeds } = await seedsOf(
        peerOrSkip(this, 'tensorflow').python,
        tensorflowProgram,
      );
      assert.equal(stdout, plain);
      assert.deepEqual(seeds, [
        // TensorFlow has a generator of Python's below.
        ...['5: tensorflow.random.set_seed 3', '5: random.Random 3'],
        ...['7: tensorflow.compat.v1.set_random_seed 4', '7: random.Random 4'],
        ...[
          '8: random.seed 5',
          '8: numpy.random.seed 5',
          '8: tensorflow.random.set_seed 5',
          '8: random.Random 5',
        ],
      ]);
    });
  });
