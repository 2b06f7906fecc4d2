/** What everything that talks to a remote for a person shares. */
export interface ShareTask {
  /** Git starts from it: whose credentials, agents and settings count. */
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** What git and the transfers of data say on their way, a line each time. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Git may ask for a password at the terminal. */
  readonly mayAsk?: boolean | undefined;
}
