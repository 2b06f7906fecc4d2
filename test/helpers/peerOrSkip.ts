/** A tracking library for one test: the real one, from its own virtual environment. */
import { installedPeer, peerTitle, type Peer, type PeerName } from '../../scripts/provision/pythonPeers.ts';
import { soak } from './soak.ts';

/** Where it is missing the test counts as skipped, and as failed where results are relied on. */
export function peerOrSkip(context: Mocha.Context, name: PeerName): Peer {
  const peer = installedPeer(name);
  if (peer !== undefined) return peer;
  if (process.env['CI'] === 'true' || soak)
    throw new Error(
      `${peerTitle(name)} is missing: ${soak ? 'npm run soak interop' : 'npm test -- interop'} installs it.`,
    );
  context.skip();
}
