/** What the ways of passing GPUs have in common. */
import type { Engine } from '../engine/engine.ts';
import type { GpuPassing, GpuProblem } from './gpuHost.ts';

/** What a plan needs to know of an engine. */
export type PassingEngine = Pick<Engine, 'kind' | 'version' | 'remote' | 'endpoint' | 'facts'>;

/** Words that pass the GPUs, or why that cannot be. */
export type Passed =
  { readonly runArgs: readonly string[]; readonly how: GpuPassing['how'] } | { readonly problem: GpuProblem };

/** Docker reads the value as CSV: without the inner quotes the second device would be an option of its own. */
export function gpusValue(devices: readonly string[]): string {
  return `"device=${devices.join(',')}"`;
}

/** Docker Desktop keeps its containers in a virtual machine of its own. */
export function isDesktop({ kind, facts }: PassingEngine): boolean {
  return kind === 'docker' && /docker desktop/i.test(facts.operatingSystem);
}
