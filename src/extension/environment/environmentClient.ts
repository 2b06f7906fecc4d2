/** The extension host's way to engines, GPUs and environments: requests to a thread of its own. */
import type { EnvironmentProgress } from '../../environments/devcontainer/environmentProgress.ts';
import { ThreadClient } from '../thread/threadClient.ts';
import type { EnvironmentNotice, EnvironmentRequests } from './host/environmentRequests.ts';

export class EnvironmentClient extends ThreadClient<
  EnvironmentRequests,
  EnvironmentNotice,
  EnvironmentProgress
> {}
