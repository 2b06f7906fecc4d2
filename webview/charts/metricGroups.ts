/** Which charts stand where: metrics that pass the filter, grouped by what stands before the first `/`. */
import type { ChartMetric } from '../../src/protocol/chartsProtocol.ts';

export interface MetricGroup {
  /** '' for keys without a `/`. */
  readonly name: string;
  readonly metrics: readonly { readonly key: string; readonly title: string }[];
}

/** Names are compared as people count: layer2 before layer10. */
const order = new Intl.Collator('en', { numeric: true });

export function metricGroups(
  metrics: readonly ChartMetric[],
  passes: (key: string) => boolean,
): readonly MetricGroup[] {
  const groups = new Map<string, { key: string; title: string }[]>();
  for (const { key } of metrics) {
    if (!passes(key)) continue;
    const slash = key.indexOf('/');
    const inGroup = slash > 0 && slash < key.length - 1;
    const name = inGroup ? key.slice(0, slash) : '';
    const members = groups.get(name) ?? [];
    members.push({ key, title: inGroup ? key.slice(slash + 1) : key });
    groups.set(name, members);
  }
  return [...groups]
    .map(([name, members]) => ({ name, metrics: members.sort((a, b) => order.compare(a.key, b.key)) }))
    .sort((a, b) => rank(a) - rank(b) || order.compare(a.name, b.name));
}

/** What the machine did comes after what the training did. */
function rank({ name }: MetricGroup): number {
  return name === 'hardware' || name === 'system' ? 1 : 0;
}
