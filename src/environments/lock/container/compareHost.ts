/** What of this machine is another than where the lock was made: told, never drift. */
import type { DriftItem, EnvironmentLock } from '../../environmentLock.ts';

type Host = NonNullable<EnvironmentLock['host']>;

export function compareHost(locked: Host | undefined, now: Host): DriftItem[] {
  if (locked === undefined) return [];
  const items: DriftItem[] = [];
  const compare = (name: string, before: string | undefined, after: string | undefined): void => {
    if (before !== after && after !== undefined)
      items.push({
        ...{ part: 'host', name, locked: before, now: after },
        ...{ weight: 'informational', cause: 'another machine, or changed on this one' },
      });
  };
  compare('GPU driver', locked.driver, now.driver);
  compare('kernel', locked.kernel, now.kernel);
  compare('engine', engineOf(locked), engineOf(now));
  return items;
}

function engineOf({ engine, engineVersion }: Host): string | undefined {
  return engine === undefined ? undefined : `${engine} ${engineVersion ?? ''}`.trim();
}
