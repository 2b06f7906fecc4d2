/**
 * Everything the editor does about reproducing a run: forecast, start, probe, the search for a cause, and the report as
 * a document. Nothing of somebody else's run starts here before a person has seen what it runs and agreed.
 */
import * as vscode from 'vscode';
import type { Part, ReportTask } from '../protocol/reportProtocol.ts';
import type { Forecast } from '../runs/forecast.ts';
import { confirmShared } from './confirmShared.ts';
import { oneLine } from './formatText.ts';
import type { GitLogins } from './gitLogins.ts';
import type { RunsModel } from './runsModel.ts';
import { runInView, runWithProgress } from './runWithProgress.ts';
import type { RunStarter } from './startRun.ts';
import type { StoreClient } from './storeClient.ts';
import { requireTrust } from './trust.ts';
import type { EngineProgress, RunReference } from './worker/engineRequests.ts';
import type { ReproductionReference } from './worker/panelRequests.ts';
import type { RunTool } from './worker/reproductionRequests.ts';

export interface ReproductionParts {
  readonly client: StoreClient;
  readonly logins: GitLogins;
  readonly model: RunsModel;
  readonly starter: RunStarter;
  readonly tool: RunTool;
}

interface Task extends ReportTask {
  readonly controller: AbortController;
}

/** Where the words about a task go: into the page that shows it, or into a notification, which names the run. */
export type TaskOptions = { readonly quiet: true } | { readonly quiet: false; readonly label: string };

export class Reproductions {
  readonly #parts: ReproductionParts;
  readonly #tasks = new Map<string, Task>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTasks = this.#changed.event;

  constructor(parts: ReproductionParts) {
    this.#parts = parts;
  }

  dispose(): void {
    for (const { controller } of this.#tasks.values()) controller.abort(new vscode.CancellationError());
    this.#changed.dispose();
  }

  /** What can be said before anything is spent. */
  async forecast(run: RunReference, part: Part = {}): Promise<Forecast> {
    const { client } = this.#parts;
    return client.request('forecast', { ...run, root: this.#rootOf(run.store), part });
  }

  /** Resolves with the id of the reproduction; undefined where the person does not want it after all. */
  async start(run: RunReference, part: Part): Promise<string | undefined> {
    const { starter } = this.#parts;
    if (!(await requireTrust()) || !(await this.#ready(run))) return undefined;
    return starter.reproduce(run, part);
  }

  /** Two short runs of it, compared with each other. Resolves when they are, or when it was cancelled. */
  async probe(run: RunReference, options: TaskOptions, part: Part = {}): Promise<void> {
    const { client, tool } = this.#parts;
    if (!(await requireTrust()) || !(await this.#ready(run))) return;
    const root = this.#rootOf(run.store);
    const title = options.quiet ? '' : vscode.l10n.t('Probing determinism of {0}', options.label);
    const probe = await this.#task('probe', run, title, options, (signal, onProgress) =>
      client.request('probe', { ...run, root, part, ...tool }, signal, onProgress),
    );
    if (probe !== undefined && !options.quiet)
      void vscode.window.showInformationMessage(`${options.label}: ${oneLine(probe.sentence, 400)}`);
  }

  /** The report tells how far it is, and what was found. */
  async findCause(reference: ReproductionReference): Promise<void> {
    const { client, tool } = this.#parts;
    const run = { store: reference.store, id: reference.original };
    const other = { store: reference.store, id: reference.reproduction };
    if (!(await requireTrust())) return;
    // A trial has something of both.
    if (!(await this.#ready(run)) || !(await this.#ready(other))) return;
    const root = this.#rootOf(run.store);
    await this.#task('cause', run, '', { quiet: true }, (signal, onProgress) =>
      client.request('findCause', { ...reference, root, ...tool }, signal, onProgress),
    );
  }

  taskOf({ store, original }: Pick<ReproductionReference, 'store' | 'original'>): ReportTask | undefined {
    const task = this.#tasks.get(taskKey(store, original));
    return task === undefined ? undefined : { kind: task.kind, text: task.text };
  }

  cancelTask({ store, original }: Pick<ReproductionReference, 'store' | 'original'>): void {
    this.#tasks.get(taskKey(store, original))?.controller.abort(new vscode.CancellationError());
  }

  async copyForPullRequest(reference: ReproductionReference): Promise<void> {
    const text = await this.#parts.client.request('reportText', { ...reference, format: 'markdown' });
    await vscode.env.clipboard.writeText(text);
  }

  async exportReport(reference: ReproductionReference): Promise<void> {
    const name = `reproduction-${reference.reproduction.slice(-6).toLowerCase()}`;
    const root = this.#rootOf(reference.store);
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Export Report'),
      saveLabel: vscode.l10n.t('Export'),
      filters: { Markdown: ['md'], HTML: ['html'] },
      ...(root === '' ? {} : { defaultUri: vscode.Uri.joinPath(vscode.Uri.file(root), `${name}.md`) }),
    });
    if (target === undefined) return;
    const format = /\.html?$/i.test(target.path) ? 'html' : 'markdown';
    const text = await runInView(() => this.#parts.client.request('reportText', { ...reference, format }));
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
    const open = vscode.l10n.t('Open');
    const told = vscode.l10n.t('Exported to {0}.', target.path.slice(target.path.lastIndexOf('/') + 1));
    // Not waited for: a message may stand for hours.
    void vscode.window.showInformationMessage(told, open).then(async answer => {
      if (answer === open) await vscode.commands.executeCommand('vscode.open', target);
    });
  }

  /** Confirmed, where somebody else shared it, and its code is here. False where the person does not agree. */
  async #ready(run: RunReference): Promise<boolean> {
    const { client, logins } = this.#parts;
    if (!(await confirmShared(client, run))) return false;
    const { shared } = await client.request('runDetails', run);
    if (shared === undefined) return true;
    const request = { ...run, root: this.#rootOf(run.store) };
    await runInView(() =>
      logins.attempt(shared.remote, login => client.request('bringCode', { ...request, login })),
    );
    return true;
  }

  #rootOf(store: string): string {
    return this.#parts.model.snapshot.projects.find(project => project.store === store)?.root ?? '';
  }

  /** One at a time for each run; undefined where there is one already. */
  async #task<T>(
    kind: ReportTask['kind'],
    { store, id }: RunReference,
    title: string,
    { quiet }: TaskOptions,
    work: (signal: AbortSignal, onProgress: (progress: EngineProgress) => void) => Promise<T>,
  ): Promise<T | undefined> {
    const key = taskKey(store, id);
    if (this.#tasks.has(key)) {
      if (!quiet)
        void vscode.window.showInformationMessage(
          vscode.l10n.t('Short runs of this run are under way already. Wait for them, or cancel them.'),
        );
      return undefined;
    }
    const controller = new AbortController();
    const say = (text: string): void => {
      this.#tasks.set(key, { kind, text, controller });
      this.#changed.fire();
    };
    say('');
    try {
      const { signal } = controller;
      if (quiet) return await work(signal, progress => say(progressText(kind, progress)));
      return await runWithProgress(title, async (cancelled, report) => {
        cancelled.addEventListener('abort', () => controller.abort(cancelled.reason));
        return work(signal, progress => {
          const text = progressText(kind, progress);
          say(text);
          report(text);
        });
      });
    } finally {
      this.#tasks.delete(key);
      this.#changed.fire();
      this.#parts.model.storeChanged({ store, runIds: new Set() });
    }
  }
}

function progressText(kind: ReportTask['kind'], { text = '', done, total }: EngineProgress): string {
  if (kind === 'probe') return vscode.l10n.t('Run {0} of {1}', Math.min(done + 1, total), total);
  const line = text === '' ? vscode.l10n.t('Control run, nothing set back') : oneLine(text, 300);
  return total > 1 ? vscode.l10n.t('{0} of {1}: {2}', Math.min(done + 1, total), total, line) : line;
}

function taskKey(store: string, original: string): string {
  return `${store}\n${original}`;
}
