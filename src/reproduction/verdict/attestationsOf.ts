/** What the reproductions of a run attest: how many there were, on which machines, with which outcome. Pure. */

export interface Attestation {
  readonly word: string;
  /** Of reproductions of which only a part was asked for: what they say of the run, they say of that part. */
  readonly part: boolean;
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
  /** Of a summary whose reproduction was asked to stop there. */
  readonly throughStep?: number | undefined;
  /** Of a verdict on a part. */
  readonly part?: object | undefined;
}

const order: readonly string[] = ['identical', 'within-tolerance', 'diverged', 'inconclusive'];

/** Verdicts, or what a summary tells of them. */
export function attestationsOf(
  verdicts: readonly (Attesting & { readonly verdict: string })[],
): Attestations {
  const words = [...new Set(verdicts.map(({ verdict }) => verdict))].sort((a, b) => rank(a) - rank(b));
  const outcomes = words
    .flatMap(word => [
      { word, part: false },
      { word, part: true },
    ])
    .flatMap(({ word, part }): Attestation[] => {
      const those = verdicts.filter(one => one.verdict === word && isPart(one) === part);
      const hosts = those.map(machineText).filter(host => host !== undefined);
      return those.length === 0
        ? []
        : [{ word, part, count: those.length, hosts: [...new Set(hosts)].sort() }];
    });
  const total = verdicts.length;
  const counts = outcomes.map(one => `${one.count} ${outcomeText(one)}`).join(', ');
  const times = total === 1 ? 'once' : `${total} times`;
  const [only] = outcomes;
  const tells = total === 1 && only !== undefined ? outcomeText(only) : counts;
  return { total, outcomes, counts, text: total === 0 ? '' : `reproduced ${times}: ${tells}` };
}

/** As {@link Attestations.text} with the machines: `reproduced 2 times: 1 identical (alpha), 1 diverged (beta)`. */
export function attestationsWithHosts({ total, outcomes }: Attestations): string {
  if (total === 0) return '';
  const each = outcomes.map(one => {
    const on = one.hosts.length === 0 ? '' : ` (${one.hosts.join(', ')})`;
    return `${one.count} ${outcomeText(one)}${on}`;
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

function isPart({ throughStep, part }: Attesting): boolean {
  return throughStep !== undefined || part !== undefined;
}

/** `identical`; `identical in part`. */
function outcomeText({ word, part }: Pick<Attestation, 'word' | 'part'>): string {
  return word.replaceAll('-', ' ') + (part ? ' in part' : '');
}
