/**
 * Handlers whose code is loaded with the first request for one of them: what is asked for seldom does not delay the
 * worker's first answer, which the tree waits for.
 */
import type { EngineHandlers, EngineRequests } from './engineRequests.ts';

type Name = keyof EngineRequests;
type AnyHandler = (...args: readonly unknown[]) => unknown;

export function lazyHandlers<Names extends Name>(
  names: readonly Names[],
  load: () => Promise<Pick<EngineHandlers, Names>>,
): Pick<EngineHandlers, Names> {
  let loading: Promise<Pick<EngineHandlers, Names>> | undefined;
  const handler =
    (name: Names): AnyHandler =>
    async (...args) => {
      loading ??= load();
      return ((await loading)[name] as AnyHandler)(...args);
    };
  return Object.fromEntries(names.map(name => [name, handler(name)])) as unknown as Pick<
    EngineHandlers,
    Names
  >;
}
