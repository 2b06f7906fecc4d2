/** Makes the libraries that `test/interop` works with ready, as far as this machine and its network allow. */
import { errorText } from '../../src/base/systemError.ts';
import { ensureAzurite } from './azurite.ts';
import { peerTitle, pythonPeer, type PeerName } from './pythonPeers.ts';

/** Gigabytes, so only for the long tests. */
export const largePeers: readonly PeerName[] = ['tensorflow', 'torch'];

/** In the order in which they are installed: the small ones first. */
export const testedPeers: readonly PeerName[] = [
  'tensorboard',
  'dvclive',
  'wandb',
  'trackio',
  'uv',
  'tensors',
  'rocrate',
  'rocValidator',
  'inToto',
  'dvc',
  'dvc2',
  'keras',
  'optuna',
  'mlflow2old',
  'mlflow2',
  'mlflow',
  'remoteServers',
  'giftless',
  'dvcRemotes',
  ...(process.env['LOCKSTEP_SOAK'] === '1' ? largePeers : []),
];

/** Says what is missing and why; the tests that want it then skip, or fail where results are relied on. */
export async function ensurePeers(say: (line: string) => void): Promise<void> {
  const missing = new Map<string, string[]>();
  for (const name of testedPeers) {
    try {
      await pythonPeer(name, say);
    } catch (error) {
      const why = errorText(error);
      missing.set(why, [...(missing.get(why) ?? []), peerTitle(name)]);
    }
  }
  await ensureAzurite(say).catch((error: unknown) => {
    missing.set(errorText(error), [...(missing.get(errorText(error)) ?? []), 'azurite']);
  });
  for (const [why, titles] of missing) say(`Missing: ${titles.join(', ')}. ${why}`);
}
