/**
 * The one owner of what the window knows about environments. Invariant: it looks only while the view is visible and
 * the workspace trusted; hidden it follows no engine, samples no GPU and starts nothing.
 */
import * as vscode from 'vscode';
import type { DriftReport } from '../../environments/environmentLock.ts';
import { Coalescer } from '../coalescer.ts';
import type { RunsModel } from '../runsModel.ts';
import type { StoreClient } from '../storeClient.ts';
import type { EnvironmentClient } from './environmentClient.ts';
import type { EnvironmentView, ProjectEnvironment } from './host/environmentRequests.ts';
import { interpreterOf } from './interpreterOf.ts';
import type { KnownEnvironment } from './rows/environmentRows.ts';
import { readEngineChoice } from './engineChoice.ts';

const refreshDelayMs = 250;
const refreshEveryMs = 1000;
/** nvidia-smi takes a few hundredths of a second; a person looks once or twice a second. */
const sampleEveryMs = 2000;

/** Files whose change may make another environment, or another view of it. */
const watched =
  '{.devcontainer.json,.devcontainer,.devcontainer/**,lockstep-lock.json,Dockerfile,requirements*.txt,pyproject.toml,uv.lock,environment.yml,environment.yaml}';

export interface EnvironmentSnapshot extends KnownEnvironment {
  /** False until the first look has ended. */
  readonly looked: boolean;
}

const nothing: EnvironmentSnapshot = {
  view: { machine: { gpus: [], gpuProblems: [] }, projects: [] },
  names: new Map(),
  runs: [],
  inside: [],
  looked: false,
};

export class EnvironmentModel {
  readonly #client: EnvironmentClient;
  readonly #runs: RunsModel;
  readonly #runsClient: StoreClient;
  readonly #onError: (error: unknown) => void;
  readonly #refresh: Coalescer;
  readonly #changed = new vscode.EventEmitter<EnvironmentSnapshot>();
  readonly #disposables: { dispose(): unknown }[] = [];
  /** Only while visible. */
  #watching: vscode.Disposable | undefined;
  #sampling: NodeJS.Timeout | undefined;
  #samples = false;
  #visible = false;
  #afresh = true;
  #snapshot = nothing;
  /** Root → the last comparison that somebody asked for, and of which container. */
  readonly #compared = new Map<
    string,
    { readonly report: DriftReport; readonly container: string | undefined }
  >();
  /** Only runs changed since the last look. */
  #onlyRuns = false;
  readonly onDidChange = this.#changed.event;

  constructor(
    client: EnvironmentClient,
    runs: RunsModel,
    runsClient: StoreClient,
    onError: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#runs = runs;
    this.#runsClient = runsClient;
    this.#onError = onError;
    this.#refresh = new Coalescer(() => this.#read(), onError, refreshDelayMs, refreshEveryMs);
    this.#disposables.push(
      this.#changed,
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.reload()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.#look();
        this.reload();
      }),
      vscode.workspace.onDidChangeConfiguration(change => {
        if (change.affectsConfiguration('lockstep.environment')) this.reload();
      }),
    );
  }

  get snapshot(): EnvironmentSnapshot {
    return this.#snapshot;
  }

  /** The view was shown or hidden. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (visible) this.#look();
    else this.#lookAway();
  }

  /** Finds engine and GPUs again, too. */
  reload(): void {
    this.#afresh = true;
    this.changed();
  }

  changed(): void {
    this.#onlyRuns = false;
    if (this.#active) this.#refresh.request();
  }

  /** The interpreter that a run of the project would use. */
  interpreterOf(root: string): Promise<string | undefined> {
    return interpreterOf(this.#runsClient, this.#runs, root);
  }

  /** What a comparison that was asked for found; it stands until lock or container are others. */
  compared(root: string, report: DriftReport): void {
    const project = this.#snapshot.view.projects.find(one => one.root === root);
    this.#compared.set(root, { report, container: project?.state?.container?.id });
    this.changed();
  }

  forgetComparison(root: string): void {
    this.#compared.delete(root);
  }

  /** What is there right now, also while the view is hidden: for a command. */
  async lookAt(
    root: string,
  ): Promise<{ readonly view: EnvironmentView; readonly project: ProjectEnvironment }> {
    const interpreter = await this.interpreterOf(root);
    const view = await this.#client.request('look', {
      projects: [{ root, ...(interpreter === undefined ? {} : { interpreter }) }],
      ...{ afresh: false, ...readEngineChoice() },
    });
    const [project = { root, configs: [] }] = view.projects;
    return { view, project };
  }

  /** The thread ended: it follows nothing any more. */
  hostStopped(): void {
    if (this.#active) void this.#client.request('follow', readEngineChoice()).catch(this.#onError);
    this.reload();
  }

  dispose(): void {
    this.#refresh.dispose();
    this.#lookAway();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  get #active(): boolean {
    return this.#visible && vscode.workspace.isTrusted;
  }

  #look(): void {
    if (!this.#active || this.#watching !== undefined) return;
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${watched}`);
    const changed = (): void => this.changed();
    this.#watching = vscode.Disposable.from(
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      watcher.onDidDelete(changed),
      this.#runs.onDidChange(() => this.#refresh.request()),
      // An engine that was started by hand is there when the person comes back.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.changed();
      }),
      vscode.window.onDidEndTerminalShellExecution(() => {
        if (this.#snapshot.view.machine.engineProblem !== undefined) this.changed();
      }),
    );
    this.changed();
  }

  #lookAway(): void {
    if (this.#watching === undefined) return;
    this.#watching.dispose();
    this.#watching = undefined;
    clearTimeout(this.#sampling);
    this.#sampling = undefined;
    void this.#client.request('unfollow', null).catch(() => undefined);
  }

  async #read(): Promise<void> {
    if (!this.#active) return;
    const afresh = this.#afresh;
    const onlyRuns = this.#onlyRuns && this.#snapshot.looked;
    this.#afresh = false;
    this.#onlyRuns = true;
    await this.#runs.ready;
    const { projects } = this.#runs.snapshot;
    if (onlyRuns) {
      this.#show({ ...this.#snapshot, ...(await this.#running(projects.map(({ store }) => store))) });
      return;
    }
    const choice = readEngineChoice();
    const asked = await Promise.all(
      projects.map(async ({ root }) => {
        const interpreter = await this.interpreterOf(root);
        return { root, ...(interpreter === undefined ? {} : { interpreter }) };
      }),
    );
    const [view, running] = await Promise.all([
      this.#client.request('look', { projects: asked, afresh, ...choice }),
      this.#running(projects.map(({ store }) => store)),
    ]).catch((error: unknown) => {
      // The next one looks at everything again.
      this.#onlyRuns = false;
      throw error;
    });
    this.#show({
      view: { ...view, projects: view.projects.map(project => this.#withComparison(project)) },
      ...(this.#snapshot.use === undefined ? {} : { use: this.#snapshot.use }),
      names: new Map(projects.map(({ root, folder }) => [root, folder.name])),
      ...running,
      looked: true,
    });
    // Hidden meanwhile: the next one who shows the view asks again.
    if (!this.#visible) return;
    await this.#client.request('follow', choice);
    void this.#sample();
  }

  #show(snapshot: EnvironmentSnapshot): void {
    this.#snapshot = snapshot;
    this.#changed.fire(snapshot);
  }

  /** Runs that are under way, and those of them that execute in a container. */
  async #running(stores: readonly string[]): Promise<Pick<EnvironmentSnapshot, 'runs' | 'inside'>> {
    const found = await Promise.all(
      stores.map(async store => {
        const runs = await this.#runsClient.request('liveRuns', { store });
        return runs.map(run => ({ store, ...run }));
      }),
    );
    const runs = found.flat();
    return {
      runs,
      inside: runs.flatMap(({ container, ...run }) =>
        container === undefined ? [] : [{ ...run, container }],
      ),
    };
  }

  /** A look takes the cheap tiers: what was found further inside is still so while lock and container are the same. */
  #withComparison(project: ProjectEnvironment): ProjectEnvironment {
    const known = this.#compared.get(project.root);
    if (known === undefined || known.report.lock !== project.lock?.sha256) return project;
    if (known.container !== project.state?.container?.id || project.drift?.verdict === 'drifted')
      return project;
    return { ...project, drift: known.report };
  }

  /** One after the other, only where there is something to sample; a slow tool is not asked faster. */
  async #sample(): Promise<void> {
    const live = this.#snapshot.view.machine.gpus.some(({ vendor }) => vendor !== 'intel');
    if (this.#samples || !live || this.#watching === undefined) return;
    this.#samples = true;
    try {
      const use = await this.#client.request('sampleGpus', null);
      if (JSON.stringify(use) !== JSON.stringify(this.#snapshot.use)) {
        this.#show({ ...this.#snapshot, use });
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#samples = false;
    }
    clearTimeout(this.#sampling);
    if (this.#isWatching()) this.#sampling = setTimeout(() => void this.#sample(), sampleEveryMs);
  }

  #isWatching(): boolean {
    return this.#watching !== undefined;
  }
}
