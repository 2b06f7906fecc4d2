/** Whether what a program read was seen: what nobody observed may have read anything. */
import type { Captured } from '../../runs/captured.ts';

export function isObserved(captured: Captured | undefined): boolean {
  return captured?.modules.known === 'captured' && captured.incomplete !== true;
}
