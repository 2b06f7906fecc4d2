/** Finds who answers a call. Paths are compared part by part; `{name}` takes any one part. */
import type { Route, Verb } from './route.ts';

export interface FoundRoute {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

export class RouteTable {
  readonly #exact = new Map<string, Route>();
  readonly #patterns: { readonly verb: Verb; readonly parts: readonly string[]; readonly route: Route }[] =
    [];

  constructor(routes: readonly Route[]) {
    for (const route of routes)
      for (const verb of route.verbs)
        if (route.path.includes('{')) this.#patterns.push({ verb, parts: route.path.split('/'), route });
        else this.#exact.set(`${verb} ${route.path}`, route);
  }

  /** @param path Still encoded, without a leading slash. */
  find(verb: string, path: string): FoundRoute | undefined {
    const exact = this.#exact.get(`${verb} ${path}`);
    if (exact !== undefined) return { route: exact, parameters: {} };
    const parts = path.split('/');
    for (const pattern of this.#patterns) {
      if (pattern.verb !== verb) continue;
      const parameters = match(pattern.parts, parts);
      if (parameters !== undefined) return { route: pattern.route, parameters };
    }
    return undefined;
  }
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (wanted.startsWith('{')) {
      if (part === '') return undefined;
      parameters[wanted.slice(1, -1)] = decoded(part);
    } else if (wanted !== part) return undefined;
  }
  return parameters;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
