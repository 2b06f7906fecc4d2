/** Code and environment of a run in one line each. */
import * as vscode from 'vscode';
import { environmentText as environmentName } from '../../runs/environmentText.ts';
import { knownValue } from '../../runs/known.ts';
import type { EnvironmentIdentity } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { oneLine } from '../formatText.ts';

export function codeText({ plan }: RunDetails): string {
  const code = knownValue(plan?.code);
  if (code === undefined)
    return plan?.code.known === 'unknown' ? oneLine(vscode.l10n.t('unknown: {0}', plan.code.reason)) : '';
  const state =
    code.changedCount === 0
      ? vscode.l10n.t('clean')
      : code.changedCount === 1
        ? vscode.l10n.t('1 file changed')
        : vscode.l10n.t('{0} files changed', code.changedCount);
  const parts = [state];
  if (code.head !== undefined) parts.push(code.head.slice(0, 8));
  if (code.branch !== undefined) parts.push(oneLine(code.branch, 60));
  if (code.gaps.length > 0) parts.push(vscode.l10n.t('{0} not held', code.gaps.length));
  return parts.join(' · ');
}

export function environmentText({ plan, captured }: RunDetails): string {
  const interpreter = knownValue(plan?.interpreter);
  const packages = knownValue(captured?.packages);
  const hardware = knownValue(captured?.hardware);
  const parts: string[] = [];
  if (plan?.environment.container !== undefined) parts.push(environmentName(plan.environment));
  if (interpreter?.version !== undefined)
    parts.push(`${interpreterName(interpreter.implementation)} ${interpreter.version}`);
  if (packages !== undefined) parts.push(vscode.l10n.t('{0} packages', packages.count));
  const [gpu] = hardware?.gpus ?? [];
  if (gpu !== undefined)
    parts.push(hardware?.gpus.length === 1 ? gpu.name : `${hardware?.gpus.length ?? 0} × ${gpu.name}`);
  if (parts.length === 0) parts.push(plan?.environment.kind ?? '');
  const drift = driftText(plan?.environment);
  if (drift !== '') parts.push(drift);
  return oneLine(parts.join(' · '));
}

/** `locked`, `drifted: numpy 1.26.4 → 2.0.1`; '' where nobody looked. */
function driftText(environment: EnvironmentIdentity | undefined): string {
  switch (environment?.drift) {
    case 'clean':
      return vscode.l10n.t('locked');
    case 'drifted': {
      const [first, ...more] = environment.driftItems ?? [];
      if (first === undefined) return vscode.l10n.t('drifted');
      const items =
        more.length === 0
          ? oneLine(first, 80)
          : vscode.l10n.t('{0} and {1} more', oneLine(first, 80), more.length);
      return vscode.l10n.t('drifted: {0}', items);
    }
    case 'unlocked':
      return vscode.l10n.t('not locked');
    default:
      return environment?.lock === undefined ? '' : vscode.l10n.t('locked');
  }
}

/** CPython is what everybody calls Python. */
function interpreterName(implementation: string | undefined): string {
  return implementation === undefined || implementation.toLowerCase() === 'cpython'
    ? 'Python'
    : implementation;
}
