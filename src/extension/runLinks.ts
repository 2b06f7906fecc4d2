/**
 * Follows links to runs (`vscode://…/run?remote=…&id=…`). A link carries ids alone and is anybody's: it is refused where
 * it says more, followed in a trusted workspace only, and what it leads to is shown, never run.
 */
import * as vscode from 'vscode';
import type { RunLink } from '../sharing/link/runLink.ts';
import { askFolderOf } from './askFolderOf.ts';
import { oneLine, shortId } from './formatText.ts';
import type { GitLogins } from './gitLogins.ts';
import type { RunPanels } from './panelHost.ts';
import type { RunsModel } from './runsModel.ts';
import { runWithProgress } from './runWithProgress.ts';
import { showError } from './showError.ts';
import type { StoreClient } from './storeClient.ts';
import { requireTrust } from './trust.ts';
import type { RunReference } from './worker/engineRequests.ts';
import type { LinkedProject } from './worker/shareRequests.ts';

const pendingKey = 'lockstep.pendingLink';
/** A folder that was opened for a link takes no longer to open. */
const pendingMs = 10 * 60 * 1000;

interface PendingLink extends RunLink {
  /** The folder that was chosen for it, as an address. */
  readonly folder: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface RunLinkParts {
  readonly client: StoreClient;
  readonly logins: GitLogins;
  readonly model: RunsModel;
  readonly panels: RunPanels;
  readonly reveal: (store: string, id: string) => Promise<void>;
  readonly log: vscode.LogOutputChannel;
  /** Of all windows: a link waits in it for the window that it belongs to. */
  readonly memento: vscode.Memento;
}

export class RunLinks implements vscode.UriHandler {
  readonly #parts: RunLinkParts;

  constructor(parts: RunLinkParts) {
    this.#parts = parts;
  }

  async handleUri({ path, query }: vscode.Uri): Promise<void> {
    const { client, log } = this.#parts;
    try {
      const link = await client.request('readLink', { path, query });
      if (await requireTrust()) await this.#follow(link);
    } catch (error) {
      // Not waited for: a message may stand for hours.
      void showError(error, log);
    }
  }

  /** A window that was opened for a link goes on with it. */
  async followPending(): Promise<void> {
    const { memento, model, log } = this.#parts;
    const pending = memento.get<PendingLink>(pendingKey);
    if (pending === undefined || Date.now() - pending.at > pendingMs) return;
    try {
      await model.ready;
      const projects = await this.#projectsOf(pending);
      if (!vscode.workspace.isTrusted) return;
      const chosen = vscode.workspace.workspaceFolders?.some(({ uri }) => uri.toString() === pending.folder);
      if (projects.length === 0 && chosen !== true) return;
      await memento.update(pendingKey, undefined);
      if (projects.length > 0) await this.#open(pending, projects);
      else this.#sayNotHere(pending);
    } catch (error) {
      void showError(error, log);
    }
  }

  async #follow(link: RunLink): Promise<void> {
    await this.#parts.model.ready;
    const projects = await this.#projectsOf(link);
    if (projects.length > 0) {
      await this.#open(link, projects);
      return;
    }
    const folder = await askFolderOf(link);
    if (folder === undefined) return;
    const pending: PendingLink = { ...link, at: Date.now(), folder: folder.toString() };
    await this.#parts.memento.update(pendingKey, pending);
    await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });
  }

  #sayNotHere(link: RunLink): void {
    const another = vscode.l10n.t('Choose Another Folder…');
    const text = vscode.l10n.t(
      'This folder is no clone of {0}, where the link leads.',
      oneLine(link.remote, 200),
    );
    // Not waited for: a message may stand for hours.
    void vscode.window.showWarningMessage(text, another).then(async answer => {
      if (answer === another) await this.#follow(link);
    });
  }

  /** Those that have the run, else those whose repository has the remote. */
  async #projectsOf(link: RunLink): Promise<readonly LinkedProject[]> {
    const { client, model } = this.#parts;
    const projects = model.snapshot.projects
      .filter(({ inGit }) => inGit)
      .map(({ store, root }) => ({ store, root }));
    if (projects.length === 0) return [];
    const found = await client.request('linkedProjects', { ...link, projects });
    const having = found.filter(({ hasRun }) => hasRun);
    return having.length > 0 ? having : found.filter(({ remote }) => remote !== undefined);
  }

  async #open(link: RunLink, [project]: readonly LinkedProject[]): Promise<void> {
    if (project === undefined) return;
    const run = { store: project.store, id: link.id };
    if (!project.hasRun && !(await this.#fetch(run, project))) return;
    const { panels, reveal, model } = this.#parts;
    model.storeChanged({ store: run.store, runIds: new Set() });
    void reveal(run.store, run.id);
    await panels.showForecast(run);
  }

  /** False where the person does not want it. */
  async #fetch({ store, id }: RunReference, { root, remote }: LinkedProject): Promise<boolean> {
    const { client, logins } = this.#parts;
    const fetch = vscode.l10n.t('Fetch Run');
    const name = remote?.name ?? '';
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t('Fetch the run {0} from {1}?', shortId(id), oneLine(name, 60)),
      {
        modal: true,
        detail: [
          oneLine(remote?.url ?? '', 300),
          vscode.l10n.t('It is shown to you. Nothing of it runs before you have seen what, and agreed.'),
        ].join('\n'),
      },
      fetch,
    );
    if (answer !== fetch) return false;
    const request = { store, root, remote: remote?.name, runs: [id] };
    const { refused } = await runWithProgress(
      vscode.l10n.t('Fetching the run {0}', shortId(id)),
      (signal, report) =>
        logins.attempt(name, login =>
          client.request('fetchShared', { ...request, login }, signal, ({ text = '' }) =>
            report(oneLine(text, 200)),
          ),
        ),
    );
    const [no] = refused;
    if (no === undefined) return true;
    void vscode.window.showErrorMessage(
      vscode.l10n.t('The run {0} was refused: {1}', shortId(no.id), oneLine(no.why, 300)),
    );
    return false;
  }
}
