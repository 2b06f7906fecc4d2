/** Requests of the Media panel. Plain data; part of EngineRequests. */
import type { MediaCard, WatchedCard } from '../../protocol/mediaProtocol.ts';
import type { RunState } from '../../runs/runState.ts';
import type { Request } from '../thread/threadMessages.ts';
import type { RunReference } from './engineRequests.ts';
import type { PlainContent } from './mediaContent.ts';

export interface MediaRequests {
  /** What a run has to show. A run that is gone has no label and no state. */
  mediaCatalogue: Request<
    RunReference,
    { readonly label: string; readonly state: RunState | null; readonly cards: readonly MediaCard[] }
  >;
  /** Each card at the nearest step there is; those that are gone are left out. */
  mediaContents: Request<RunReference & { readonly cards: readonly WatchedCard[] }, readonly PlainContent[]>;
}
