/** Seeds of the real numpy (1 and 2), JAX and Keras, as the Python hook sees them, and that it leaves them as they are. */
import assert from 'node:assert/strict';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';
import { seedsOf } from '../helpers/seedsOf.ts';

const numpyProgram = `import numpy as np, pickle, copy, inspect
np.random.seed(7)
def generators():
    rng = np.random.default_rng(8)
    return rng, copy.deepcopy(rng)
def restored(rng):
    return pickle.loads(pickle.dumps(rng))
def random():
    return np.random.default_rng()
def jumped():
    return np.random.MT19937(13).jumped()
rng, twin = generators()
random()
np.random.RandomState(9)
np.random.RandomState(10).seed(11)
np.random.seed(np.array([1, 2, 3]))
np.random.seed(np.int64(12))
np.random.SeedSequence(55, spawn_key=(3,)).spawn(3)
np.random.default_rng([1, (2, 3)])
class Mine(np.random.RandomState): pass
class Own(np.random.Generator): pass
print(Mine(14).rand(2), Own(np.random.PCG64(15)).random(), isinstance(Mine(14), np.random.RandomState))
print(restored(rng).random() == twin.random(), jumped().random_raw())
print(type(np.random.seed).__name__, np.random.seed.__name__, type(np.random.default_rng).__name__)
print(type(np.random.RandomState(14)._bit_generator), pickle.loads(pickle.dumps(np.random.RandomState(14))).rand())
np.random.set_state(np.random.get_state())
for wrong in ['a', -1, 2 ** 33, 1.5, object]:
    try:
        np.random.seed(wrong)
    except (ValueError, TypeError) as error:
        print(type(error), error)
    try:
        np.random.default_rng(wrong)
    except (ValueError, TypeError) as error:
        print(type(error), error)
np.random.seed()
print('random' in dir(np), np.random.bit_generator.SeedSequence(3).generate_state(2))
`;

describe('seeds of libraries written in C, and of JAX', function () {
  this.timeout(120_000);

  for (const peer of ['tensors', 'mlflow2old'] as const)
    it(`are those of numpy (${peer}), which stays as it is`, async function () {
      const { plain, stdout, seeds } = await seedsOf(peerOrSkip(this, peer).python, numpyProgram);
      assert.equal(stdout, plain);
      const told = [
        ...[
          '2: numpy.random.seed 7',
          '4: numpy.random.default_rng 8',
          '9: numpy.random.default_rng at random',
        ],
        ...['14: numpy.random.RandomState 9', '15: numpy.random.RandomState 10', '15: numpy.random.seed 11'],
        ...[
          '16: numpy.random.seed [1, 2, 3]',
          '17: numpy.random.seed 12',
          '18: numpy.random.SeedSequence 55',
        ],
        ...['19: numpy.random.SeedSequence [1, (2, 3)]', '22: numpy.random.RandomState 14'],
        ...['22: numpy.random.SeedSequence 15', '11: numpy.random.MT19937 13'],
      ];
      assert.deepEqual(seeds.slice(0, told.length), told);
    });

  it('are told by the line that called Keras or JAX, at what is set below', async function () {
    const program = `import jax, keras, inspect
keras.utils.set_random_seed(12)
jax.random.key(seed=4)
jax.jit(lambda seed: jax.random.normal(jax.random.PRNGKey(seed)))(5)
print(inspect.signature(jax.random.key))
jax.random.key(3)
`;
    const variables = { KERAS_BACKEND: 'jax', JAX_PLATFORMS: 'cpu' };
    const { stdout, seeds } = await seedsOf(peerOrSkip(this, 'keras').python, program, variables, [true]);
    assert.match(stdout, /impl: .* = None/);
    assert.deepEqual(
      seeds.map(line => line.replace(/<.*>/, '<traced>')),
      [
        ...['2: random.seed 12', '2: numpy.random.seed 12', '3: jax.random.key 4'],
        ...['4: jax.random.PRNGKey <traced>', '6: jax.random.key 3'],
      ],
    );
  });
});
