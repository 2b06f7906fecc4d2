/** Reproducing a run, and what can be asked about a reproduction. */
import * as vscode from 'vscode';
import type { Forecast } from '../../runs/forecast.ts';
import { commandIds } from '../ids.ts';
import type { RunPanels } from '../panelHost.ts';
import type { Reproductions } from '../reproductions.ts';
import { runInView } from '../runWithProgress.ts';
import { readSettings } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import type { ReproductionReference } from '../worker/panelRequests.ts';
import type { RunRow } from '../worker/runsView.ts';
import { reproductionOf } from './chooseReproduction.ts';
import type { CommandTable } from './commandHandler.ts';
import type { RunPicker } from './pickRuns.ts';

export interface ReproduceDependencies {
  readonly pick: RunPicker;
  readonly panels: RunPanels;
  readonly reproductions: Reproductions;
}

export function reproduceCommands({ pick, panels, reproductions }: ReproduceDependencies) {
  const reproduce = async ({ store, run }: RunRow): Promise<void> => {
    const reference = { store, id: run.id };
    const when = readSettings().forecast;
    const show =
      when === 'show' ||
      (when === 'whenNeeded' && needsALook(await runInView(() => reproductions.forecast(reference))));
    if (show) return panels.showForecast(reference);
    const reproduction = await reproductions.start(reference, {});
    if (reproduction !== undefined) await panels.showReport({ store, original: run.id, reproduction });
  };

  const pickReproduction = async (
    args: readonly unknown[],
    title: string,
  ): Promise<ReproductionReference | undefined> => {
    const row = await pick.one(args, { title, kind: 'reproduced' });
    return row === undefined ? undefined : reproductionOf(row, title);
  };

  return {
    [commandIds.reproduceRun]: async (...args) => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Reproduce This Run');
      const row = await pick.one(args, { title, kind: 'ended' });
      if (row !== undefined) await reproduce(row);
    },
    [commandIds.probeDeterminism]: async (...args) => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Probe Determinism');
      const row = await pick.one(args, { title, kind: 'ended' });
      if (row !== undefined)
        await reproductions.probe({ store: row.store, id: row.run.id }, { quiet: false, label: row.label });
    },
    [commandIds.findCause]: async (...args) => {
      if (!(await requireTrust())) return;
      const reference = await pickReproduction(args, vscode.l10n.t('Find the Cause'));
      if (reference === undefined) return;
      await panels.showReport(reference);
      await reproductions.findCause(reference);
    },
    [commandIds.exportReport]: async (...args) => {
      const reference = await pickReproduction(args, vscode.l10n.t('Export Report'));
      if (reference !== undefined) await reproductions.exportReport(reference);
    },
  } satisfies Partial<CommandTable>;
}

/** Something is not here, stands in the way, or keeps the result from being the same. */
function needsALook({ items, blockers, closeness }: Forecast): boolean {
  return (
    blockers.length > 0 ||
    closeness === 'not-the-same-run' ||
    items.some(({ availability }) => availability !== 'here')
  );
}
