/** What the reproductions of a run attest: how many there were, on which machines, with which outcome. Pure. */

export interface Attestation {
  readonly word: string;
  readonly count: number;
  /** Names of the machines, each once, and of who brought what was not found here. */
  readonly hosts: readonly string[];
}

export interface Attestations {
  readonly total: number;
  /** The best outcome first; one for each that there was. */
  readonly outcomes: readonly Attestation[];
  /** `2 identical, 1 within tolerance`; empty for none. */
  readonly counts: string;
  /** `reproduced 3 times: 2 identical, 1 within tolerance`; empty for none. */
  readonly text: string;
}

export interface Attesting {
  readonly host?: string | undefined;
  /** Of a verdict that was fetched. Anybody can call themselves anything. */
  readonly broughtBy?: string | undefined;
}

const order: readonly string[] = ['identical', 'within-tolerance', 'diverged', 'inconclusive'];

/** Verdicts, or what a summary tells of them. */
export function attestationsOf(
  verdicts: readonly (Attesting & { readonly verdict: string })[],
): Attestations {
  const words = [...new Set(verdicts.map(({ verdict }) => verdict))].sort((a, b) => rank(a) - rank(b));
  const outcomes = words.map(word => {
    const those = verdicts.filter(({ verdict }) => verdict === word);
    const hosts = those.map(machineText).filter(host => host !== undefined);
    return { word, count: those.length, hosts: [...new Set(hosts)].sort() };
  });
  const total = verdicts.length;
  const counts = outcomes.map(({ word, count }) => `${count} ${wordText(word)}`).join(', ');
  const times = total === 1 ? 'once' : `${total} times`;
  const [only] = outcomes;
  const tells = total === 1 && only !== undefined ? wordText(only.word) : counts;
  return { total, outcomes, counts, text: total === 0 ? '' : `reproduced ${times}: ${tells}` };
}

/** As {@link Attestations.text} with the machines: `reproduced 2 times: 1 identical (alpha), 1 diverged (beta)`. */
export function attestationsWithHosts({ total, outcomes }: Attestations): string {
  if (total === 0) return '';
  const each = outcomes.map(({ word, count, hosts }) => {
    const on = hosts.length === 0 ? '' : ` (${hosts.join(', ')})`;
    return `${count} ${wordText(word)}${on}`;
  });
  return `reproduced ${total === 1 ? 'once' : `${total} times`}: ${each.join(', ')}`;
}

/** `alpha`; of a verdict that was fetched `machine-012345, from Eve`. */
export function machineText({ host, broughtBy }: Attesting): string | undefined {
  if (broughtBy === undefined) return host;
  return `${host ?? 'a machine'}, from ${broughtBy === '' ? 'somebody without a name' : broughtBy}`;
}

function rank(word: string): number {
  const place = order.indexOf(word);
  return place < 0 ? order.length : place;
}

function wordText(word: string): string {
  return word.replaceAll('-', ' ');
}
