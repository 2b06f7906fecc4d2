/** What is told while a devcontainer comes up or goes: for a line in a terminal, a notification, a log. */
export type EnvironmentPhase =
  | 'look'
  | 'wait'
  | 'initialize'
  | 'features'
  | 'pull'
  | 'build'
  | 'start'
  | 'set-up'
  | 'lifecycle'
  | 'smoke-test'
  | 'stop'
  | 'remove';

export type EnvironmentProgress =
  /** Begins; ends where the next one begins. `detail`: the image, the command. */
  | { readonly kind: 'phase'; readonly phase: EnvironmentPhase; readonly detail?: string }
  /** A step of an image build began or ended. */
  | {
      readonly kind: 'step';
      readonly number: string;
      readonly text: string;
      readonly state: 'running' | 'cached' | 'done' | 'failed';
    }
  /** A layer of an image that is fetched. */
  | { readonly kind: 'layer'; readonly id: string; readonly status: string }
  /** A line that a build or a lifecycle command printed. */
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string };

export type OnProgress = (progress: EnvironmentProgress) => void;
