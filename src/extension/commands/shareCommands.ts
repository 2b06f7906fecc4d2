/** Sharing runs through the remote of the repository: push, fetch, link, export. */
import * as vscode from 'vscode';
import { sizeWords } from '../../reproduction/forecast/forecastWords.ts';
import type { Finding } from '../../sharing/scan/scanOutgoing.ts';
import type { ShareOutcome } from '../../sharing/shareRun.ts';
import { oneLine, shortId } from '../formatText.ts';
import type { GitLogins } from '../gitLogins.ts';
import { commandIds } from '../ids.ts';
import type { OpenProject } from '../projects.ts';
import type { RunsModel } from '../runsModel.ts';
import { runInView, runWithProgress } from '../runWithProgress.ts';
import type { StoreClient } from '../storeClient.ts';
import { requireTrust } from '../trust.ts';
import type { RunRow } from '../worker/runsView.ts';
import type { ShareChoice } from '../worker/shareRequests.ts';
import { askLimit, askRemote, askWhatToShare, askWhetherToAllow, showShared } from './askShare.ts';
import { chooseProject } from './chooseProject.ts';
import type { CommandTable } from './commandHandler.ts';
import type { RunPicker } from './pickRuns.ts';

export interface ShareDependencies {
  readonly client: StoreClient;
  readonly logins: GitLogins;
  readonly model: RunsModel;
  readonly pick: RunPicker;
  readonly toolVersion: string;
  /** `publisher.name` of this extension. */
  readonly extensionId: string;
}

export function shareCommands(parts: ShareDependencies) {
  const { client, logins, model, pick, toolVersion, extensionId } = parts;
  const projectOf = (store: string): OpenProject | undefined =>
    model.snapshot.projects.find(project => project.store === store);
  const place = { extension: extensionId, scheme: vscode.env.uriScheme };

  const share = async (row: RunRow, choice: ShareChoice): Promise<ShareOutcome> => {
    const { store, run } = row;
    const request = { store, id: run.id, root: projectOf(store)?.root ?? '', toolVersion, ...choice };
    return runWithProgress(vscode.l10n.t('Sharing {0}', row.label), (signal, report) =>
      logins.attempt(choice.remote ?? '', login =>
        client.request('shareRun', { ...request, login }, signal, ({ text = '' }) =>
          report(oneLine(text, 200)),
        ),
      ),
    );
  };

  /** A person is asked where something is over the limit, and they have not said yet that nothing goes along. */
  const limitOf = async (row: RunRow, asked?: number): Promise<number | undefined | 'left'> => {
    if (asked !== undefined) return asked;
    const large = await client.request('largeKept', { store: row.store, id: row.run.id });
    return large.length === 0 ? undefined : askLimit(row, large);
  };

  const copyLink = async ({ store, run }: RunRow): Promise<void> => {
    const root = projectOf(store)?.root ?? '';
    const request = { store, id: run.id, root, place };
    const { link, commands, shared } = await runInView(() =>
      // To copy a link is worth no question.
      logins.attempt('', login => client.request('runLink', { ...request, login }), { mayAsk: false }),
    );
    // Links do not open from remote terminals and many a chat: the same by hand stands below.
    await vscode.env.clipboard.writeText([link, '', ...commands].join('\n'));
    if (shared) {
      vscode.window.setStatusBarMessage(
        vscode.l10n.t('Link copied, with the commands that do the same'),
        4000,
      );
      return;
    }
    const shareNow = vscode.l10n.t('Share Run…');
    void vscode.window
      .showWarningMessage(
        vscode.l10n.t('The link is copied, but the run is not shared yet: it leads nowhere.'),
        shareNow,
      )
      .then(async answer => {
        if (answer === shareNow)
          await vscode.commands.executeCommand(commandIds.shareRun, { kind: 'run', store, runId: run.id });
      });
  };

  return {
    [commandIds.shareRun]: async (...args) => {
      if (!(await requireTrust())) return;
      const rows = await pick.many(args, { title: vscode.l10n.t('Share Run'), kind: 'own' });
      const [first] = rows ?? [];
      if (rows === undefined || first === undefined) return;
      const remotes = await client.request('remotes', { root: projectOf(first.store)?.root ?? '' });
      const remote = await askRemote(remotes, vscode.l10n.t('Share Run'));
      if (remote === 'left') return;
      const what = await askWhatToShare(rows, remote);
      if (what === undefined) return;
      for (const row of rows) {
        const root = projectOf(row.store)?.root ?? '';
        const maxSize = await limitOf(row, what.maxSize);
        if (maxSize === 'left') return;
        const outcome = await untilAllowed(row, root, allow =>
          share(row, { ...what, maxSize, remote: remote?.name, allow }),
        );
        if (outcome === undefined) return;
        // Not waited for: a message may stand for hours.
        void tellShared(row, outcome, copyLink);
      }
    },
    [commandIds.fetchShared]: async () => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Fetch Shared Runs');
      const project = await chooseProject(model, title, vscode.l10n.t('Choose the repository to ask for'));
      if (project === undefined) return;
      const { store, root } = project;
      const remotes = await client.request('remotes', { root });
      const remote = await askRemote(remotes, title);
      if (remote === 'left') return;
      const { fetched, refused, unchanged } = await runWithProgress(
        vscode.l10n.t('Fetching shared runs'),
        (signal, report) =>
          logins.attempt(remote?.name ?? '', login =>
            client.request(
              'fetchShared',
              { store, root, remote: remote?.name, login },
              signal,
              ({ text = '' }) => report(oneLine(text, 200)),
            ),
          ),
      );
      model.storeChanged({ store, runIds: new Set() });
      tellFetched(fetched.length, unchanged, refused);
    },
    [commandIds.copyRunLink]: async (...args) => {
      const row = await pick.one(args, { title: vscode.l10n.t('Copy Link'), kind: 'repeatable' });
      if (row !== undefined) await copyLink(row);
    },
    [commandIds.exportCrate]: async (...args) => {
      const title = vscode.l10n.t('Export as RO-Crate');
      const row = await pick.one(args, { title, kind: 'ended' });
      if (row === undefined) return;
      const { store, run } = row;
      const maxSize = await limitOf(row);
      if (maxSize === 'left') return;
      const root = projectOf(store)?.root ?? '';
      const name = `run-${run.id.slice(-6).toLowerCase()}.zip`;
      const target = await vscode.window.showSaveDialog({
        title,
        saveLabel: vscode.l10n.t('Export'),
        filters: { Zip: ['zip'] },
        ...(root === '' ? {} : { defaultUri: vscode.Uri.joinPath(vscode.Uri.file(root), name) }),
      });
      if (target === undefined) return;
      const request = { store, id: run.id, root, file: target.fsPath, toolVersion, maxSize };
      const outcome = await untilAllowed(row, root, allow =>
        runWithProgress(vscode.l10n.t('Exporting {0}', row.label), (signal, report) =>
          client.request('exportCrate', { ...request, allow }, signal, ({ text = '' }) =>
            report(oneLine(text, 200)),
          ),
        ),
      );
      if (outcome !== undefined) tellExported(target, outcome.missing);
    },
  } satisfies Partial<CommandTable>;
}

/** Tries again with what the person lets pass; undefined where that is not all. */
async function untilAllowed<T extends { readonly state: string; readonly findings: readonly Finding[] }>(
  row: RunRow,
  root: string,
  attempt: (allow: readonly string[]) => Promise<T>,
): Promise<T | undefined> {
  let allow: readonly string[] = [];
  for (;;) {
    const outcome = await attempt(allow);
    if (outcome.state !== 'refused') return outcome;
    const allowed = await askWhetherToAllow(row, outcome.findings, root);
    if (allowed === undefined) return undefined;
    allow = [...allow, ...allowed];
  }
}

function tellExported(target: vscode.Uri, missing: readonly string[]): void {
  const name = target.path.slice(target.path.lastIndexOf('/') + 1);
  const [first] = missing;
  if (first === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Exported to {0}.', name));
    return;
  }
  const things =
    missing.length === 1
      ? oneLine(first, 200)
      : vscode.l10n.t('{0} and {1} more', oneLine(first, 200), missing.length - 1);
  void vscode.window.showWarningMessage(
    vscode.l10n.t('Exported to {0}. Not in it, and needed to repeat the run: {1}', name, things),
  );
}

async function tellShared(
  row: RunRow,
  { state, remote, lacks, naming, record }: ShareOutcome,
  copyLink: (row: RunRow) => Promise<void>,
): Promise<void> {
  const name = oneLine(remote, 60);
  const link = vscode.l10n.t('Copy Link');
  const done =
    state === 'unchanged'
      ? vscode.l10n.t('{0} was on {1} already.', row.label, name)
      : vscode.l10n.t('{0} is shared through {1}.', row.label, name);
  const [largest] = record?.large ?? [];
  const large =
    record === undefined || largest === undefined
      ? ''
      : vscode.l10n.t(
          'Its record is large, {0}, and everybody who fetches runs gets it; most is {1}.',
          sizeWords(record.bytes),
          oneLine(largest.path, 80),
        );
  if (lacks.length + naming.length === 0) {
    const said = large === '' ? done : `${done} ${large}`;
    if ((await vscode.window.showInformationMessage(said, link)) === link) await copyLink(row);
    return;
  }
  const show = vscode.l10n.t('Show What');
  const text = [
    done,
    large,
    lacks.length === 1 ? vscode.l10n.t('A colleague will lack 1 thing.') : '',
    lacks.length > 1 ? vscode.l10n.t('A colleague will lack {0} things.', lacks.length) : '',
    naming.length === 1 ? vscode.l10n.t('1 file in it names you.') : '',
    naming.length > 1 ? vscode.l10n.t('{0} files in it name you.', naming.length) : '',
  ].filter(sentence => sentence !== '');
  const answer = await vscode.window.showWarningMessage(text.join(' '), link, show);
  if (answer === link) await copyLink(row);
  if (answer === show) await showShared(row, { lacks, naming });
}

function tellFetched(
  fetched: number,
  unchanged: number,
  refused: readonly { readonly id: string; readonly why: string }[],
): void {
  const [first] = refused;
  if (first !== undefined) {
    const text =
      refused.length === 1
        ? vscode.l10n.t('The run {0} was refused: {1}', shortId(first.id), oneLine(first.why, 300))
        : vscode.l10n.t(
            '{0} runs were refused. The first, {1}: {2}',
            refused.length,
            shortId(first.id),
            oneLine(first.why, 300),
          );
    void vscode.window.showWarningMessage(text);
  } else if (fetched === 0) {
    const text =
      unchanged === 0
        ? vscode.l10n.t('No run is shared there yet.')
        : vscode.l10n.t('All shared runs were here already.');
    void vscode.window.showInformationMessage(text);
  }
  // What came stands in the tree.
}
