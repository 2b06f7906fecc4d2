/** The extension host's way to everything that reads, hashes, places or transfers data: requests to a thread of its own. */
import type { DataProgress } from '../../data/dataProgress.ts';
import { ThreadClient } from '../thread/threadClient.ts';
import type { DataNotice, DataRequests } from './host/dataRequests.ts';

export class DataClient extends ThreadClient<DataRequests, DataNotice, DataProgress> {}
