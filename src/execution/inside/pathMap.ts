/**
 * What a file is called on this machine and in a container, by the container's real mounts; so it holds for containers
 * that others made, too. Invariant: a name is only translated where both names mean the same file: what lies below
 * another mount, or only in the container, has none on this machine.
 */
import type { ContainerMount } from './engineFacts.ts';

export interface PathMap {
  /** Undefined for what is not mounted. @param path Absolute on this machine, without `.` and `..`. */
  toContainer(path: string): string | undefined;
  /** Undefined for what this machine has no name for. @param path Absolute in the container. */
  toHost(path: string): string | undefined;
  /** A word of a command, or the value of a variable: paths of this machine in it become those of the container. */
  wordToContainer(word: string): string;
}

interface Place {
  readonly host: string;
  readonly container: string;
}

/** Under these Docker Desktop shows the folders of the machine to its engine. */
const desktopPrefixes = ['/run/desktop/mnt/host', '/host_mnt'];

/**
 * @param aliases Other names that this machine has for the source of a mount: links that lead there, each with the
 *   name that the engine knows.
 */
export function pathMap(mounts: readonly ContainerMount[], aliases: readonly Place[] = []): PathMap {
  const binds: Place[] = mounts
    .filter(({ Type, Source }) => Type === 'bind' && Source.startsWith('/'))
    .map(({ Source, Destination }) => ({
      host: clean(withoutDesktop(Source)),
      container: clean(Destination),
    }));
  const destinations = mounts.map(({ Destination }) => clean(Destination));
  const known = [
    ...aliases.flatMap(({ host, container: source }) =>
      binds
        .filter(bind => bind.host === clean(source))
        .map(bind => ({ host: clean(host), container: bind.container })),
    ),
    ...binds,
  ];

  /** Of several mounts over one another the deepest is seen. */
  const isSeen = (path: string, by: Place): boolean =>
    !destinations.some(
      one => one.length > by.container.length && isBelow(one, by.container) && isBelow(path, one),
    );

  const toContainer = (path: string): string | undefined => {
    for (const place of longestFirst(known, 'host')) {
      if (!isBelow(path, place.host)) continue;
      const inside = moved(path, place.host, place.container);
      if (isSeen(inside, place)) return inside;
    }
    return undefined;
  };
  return {
    toContainer,
    toHost(path) {
      const [bind] = longestFirst(
        binds.filter(({ container }) => isBelow(path, container)),
        'container',
      );
      return bind !== undefined && isSeen(path, bind) ? moved(path, bind.container, bind.host) : undefined;
    },
    wordToContainer: word => replacedIn(word, longestFirst(known, 'host'), isSeen),
  };
}

/** Every place in a word where a path into one of `places` stands becomes the container's name of it. */
function replacedIn(
  word: string,
  places: readonly Place[],
  isSeen: (path: string, by: Place) => boolean,
): string {
  let done = '';
  for (let at = 0; at < word.length;) {
    const place = beginsPath(word, at)
      ? places.find(
          ({ host }) => host !== '/' && word.startsWith(host, at) && endsPath(word, at + host.length),
        )
      : undefined;
    if (place !== undefined && isSeen(place.container + restOfPath(word, at + place.host.length), place)) {
      done += place.container;
      at += place.host.length;
    } else {
      done += word.charAt(at);
      at++;
    }
  }
  return done;
}

/** At the start of a word or after what cannot be part of a path: `=`, `,`, `:`, a quote, `-I`, `file://`. */
function beginsPath(word: string, at: number): boolean {
  if (word.charAt(at) !== '/') return false;
  const before = word.slice(0, at);
  return before === '' || /(?:[=,:;"'\s([{]|^-[A-Za-z]|file:\/\/)$/.test(before);
}

function endsPath(word: string, end: number): boolean {
  return end === word.length || /[/:;,\s"')\]}]/.test(word.charAt(end));
}

function restOfPath(word: string, from: number): string {
  return /^[^:;,"')\]}]*/.exec(word.slice(from))?.[0] ?? '';
}

function longestFirst(places: readonly Place[], side: keyof Place): Place[] {
  return [...places].sort((a, b) => b[side].length - a[side].length);
}

function moved(path: string, from: string, to: string): string {
  const rest = from === '/' ? path : path.slice(from.length);
  if (to === '/') return rest === '' ? '/' : rest;
  return rest === '/' ? to : to + rest;
}

function isBelow(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

function clean(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') || '/' : path;
}

function withoutDesktop(source: string): string {
  const prefix = desktopPrefixes.find(one => source.startsWith(`${one}/`));
  return prefix === undefined ? source : source.slice(prefix.length);
}
