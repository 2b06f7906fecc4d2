/**
 * Where the command of a run executes: on this machine as it is, or inside a container. Everything in which the two
 * differ is here, so that whoever starts, watches, adopts or ends a run need not ask.
 */
import type { ProcessIdentity } from '../base/processIdentity.ts';
import type { TreeRoot } from '../base/processTree.ts';
import type { Hardware, Package } from '../runs/captured.ts';
import type { Known } from '../runs/known.ts';
import type { EnvironmentIdentity } from '../runs/plan.ts';
import type { ProcessRecord } from '../runs/processRecord.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import type { Interpreter } from './capture/interpreter.ts';
import type { GracePeriods } from './endTree.ts';
import type { CommandEnd, CommandToSpawn } from './spawnCommand.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** A command that runs, as the place sees it. */
export interface PlacedCommand {
  /** In the place's own numbers, for the log. */
  readonly pid: number;
  /** As this machine knows the process; undefined where it does not show here. */
  readonly child: ProcessIdentity | undefined;
  /** What process.json says of it beside the child. */
  readonly recorded: Pick<ProcessRecord, 'processGroup' | 'container'>;
  readonly ended: Promise<CommandEnd>;
}

/** The processes of a run, however they are found. */
export interface PlacedTree {
  /** As they show on this machine. */
  root(remembered: TreeRoot['remembered']): TreeRoot;
  /** Ends them all, gently first; resolves with how many could not be ended. */
  end(options: EndOptions): Promise<number>;
}

export interface EndOptions {
  readonly remembered: () => TreeRoot['remembered'];
  readonly grace: GracePeriods;
  /** How often the end was asked for. When it grows, ending gets rougher at once. */
  readonly timesAsked?: () => number;
  readonly onStage?: (signal: NodeJS.Signals, processes: number) => void;
}

export interface CommandPlace {
  /** Paths, variables and process numbers of the command are those of this machine. */
  readonly isHere: boolean;
  /** Which environment this is, as the plan records it. */
  identity(): Promise<EnvironmentIdentity>;
  /** The environment of the command before anything is added to it. @param here Of this machine. */
  environment(here: Variables): Promise<Variables>;
  interpreter(question: PlacedQuestion): Promise<Known<Interpreter>>;
  /**
   * The folder with the Python hook as the command finds it; undefined where it cannot.
   * @param folder On this machine.
   * @param makesFiles Whether the hook is to make files in the run's folder, beside those that are there.
   */
  hookFolder(folder: string, makesFiles: boolean): Promise<string | undefined>;
  /** A file of the run folder by the name that the command knows it by. */
  inside(path: string): string;
  /** What the command calls `path`, by its name on this machine; undefined for what only exists in the place. */
  outside(path: string): string | undefined;
  /** Rejects with what is wrong, in the words of errors.ts. */
  start(command: CommandToSpawn): Promise<PlacedCommand>;
  /** What an earlier supervisor started; undefined when it never got so far. */
  resume(before: ProcessRecord | undefined): Promise<PlacedCommand | undefined>;
  /** Lets the MLflow clients of the command reach the endpoint of this supervisor. Never rejects. */
  openMlflow(port: number): Promise<void>;
  tree(command: Pick<PlacedCommand, 'child'>): PlacedTree;
  hardware(variables: Variables): Promise<Known<Hardware>>;
  packages(
    interpreter: Interpreter | undefined,
    question: PlacedPackagesQuestion,
    variables: Variables,
  ): Promise<Known<Package[]>>;
  /** Gives back what was opened for the run. Never rejects. */
  close(): Promise<void>;
}

export interface PlacedPackagesQuestion {
  /** sys.path of the program that ran, where it was observed. */
  readonly seenPath?: readonly string[] | undefined;
  /** Whether to tell what the installed files are, too. */
  readonly contents: boolean;
}

export interface PlacedQuestion {
  readonly argv: readonly string[];
  /** Absolute, on this machine. */
  readonly cwd: string;
  /** The environment of the command. */
  readonly variables: Variables;
  readonly signal: AbortSignal;
}

export interface PlaceOptions {
  readonly paths: RunPaths;
  readonly note: (text: string) => void;
  readonly warn: (text: string) => void;
}
