/** Tells the extension what is looked at whenever it is asked to, but the same thing only once. */
import type { Bridge } from './bridge.ts';

export function postChanges<Sent>(bridge: Bridge<Sent>): (message: Sent) => void {
  let posted = '';
  return message => {
    const text = JSON.stringify(message);
    if (text === posted) return;
    posted = text;
    bridge.post(message);
  };
}
