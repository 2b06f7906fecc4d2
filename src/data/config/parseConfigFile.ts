/**
 * Reads the text of a `.dvc/config`: the grammar of ConfigObj, which is not that of git. Every value is told with
 * the lines it stands on, so that an edit can touch those alone. Linear in the length of the text, whatever it is.
 * Source: configobj 5.0.9 `ConfigObj._parse`, `_handle_value`, `_multiline`.
 */

export type ConfigValue = string | readonly string[];

export interface ConfigEntry {
  /** As written; DVC reads it in lower case. */
  readonly key: string;
  readonly value: ConfigValue;
  /** First and last line of the entry, counted from 0. */
  readonly firstLine: number;
  readonly lastLine: number;
}

export interface ConfigSection {
  /** As written, without quotes around it; '' for what stands before the first section. */
  readonly name: string;
  /** The line of the `[section]`, counted from 0; -1 for the nameless one. */
  readonly line: number;
  readonly entries: readonly ConfigEntry[];
}

export interface ConfigProblem {
  /** Counted from 1, for people. */
  readonly line: number;
  readonly what: string;
}

export interface ParsedConfig {
  readonly sections: readonly ConfigSection[];
  readonly problems: readonly ConfigProblem[];
}

export function parseConfigFile(text: string): ParsedConfig {
  const lines = splitConfigLines(text);
  const sections: { name: string; line: number; entries: ConfigEntry[] }[] = [
    { name: '', line: -1, entries: [] },
  ];
  const problems: ConfigProblem[] = [];
  let index = 0;
  for (; index < lines.length; index++) {
    const line = lines[index]?.trim() ?? '';
    if (line === '' || line.startsWith('#')) continue;
    const tell = (what: string, at = index): void => void problems.push({ line: at + 1, what });
    const marker = line.startsWith('[') ? sectionName(line) : undefined;
    if (marker !== undefined) {
      if (marker.depth > 1) tell('sections inside sections are not supported');
      else if (sections.some(section => section.line >= 0 && section.name === marker.name))
        tell(`the section [${marker.name}] is there twice`);
      sections.push({ name: marker.name, line: index, entries: [] });
      continue;
    }
    const pair = keyAndRest(line);
    if (pair === undefined) {
      tell('this is neither a section nor "key = value"');
      continue;
    }
    const firstLine = index;
    const read = /^(?:"""|''')/.test(pair.rest)
      ? readMultiline(lines, index, pair.rest)
      : { value: readValue(pair.rest), lastLine: index };
    index = read.lastLine;
    const section = sections.at(-1);
    if (read.value === undefined) tell(`the value of ${pair.key} is badly quoted`, firstLine);
    else if (section?.entries.some(entry => entry.key === pair.key) === true)
      tell(`${pair.key} is there twice`, firstLine);
    else section?.entries.push({ key: pair.key, value: read.value, firstLine, lastLine: read.lastLine });
  }
  return { sections, problems };
}

/** Lines without their ends; they end where Python's `splitlines` says, but for the ASCII separators. */
export function splitConfigLines(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function sectionName(line: string): { name: string; depth: number } | undefined {
  const open = /^(?:\[\s*)+/.exec(line)?.[0] ?? '';
  const depth = open.split('[').length - 1;
  const close = /(?:\s*\])+\s*(?:#.*)?$/sy;
  for (let at = open.length + 1; at < line.length; at++) {
    if (line[at] !== ']') continue;
    const name = line.slice(open.length, at).trimEnd();
    const first = name[0];
    const quoted = first === '"' || first === "'";
    if (quoted && (name.length < 3 || !name.endsWith(first) || name.slice(1, -1).trim() === '')) continue;
    close.lastIndex = at;
    const end = close.exec(line)?.[0];
    if (end === undefined) continue;
    const closing = end.replace(/#.*$/s, '').split(']').length - 1;
    if (closing !== depth || name === '') return undefined;
    return { name: quoted ? name.slice(1, -1) : name, depth };
  }
  return undefined;
}

function keyAndRest(line: string): { key: string; rest: string } | undefined {
  const first = line[0];
  if (first === '"' || first === "'") {
    for (let end = line.indexOf(first, 1); end > 0; end = line.indexOf(first, end + 1)) {
      const divider = /\s*=/y;
      divider.lastIndex = end + 1;
      if (divider.test(line))
        return { key: line.slice(1, end), rest: line.slice(divider.lastIndex).trimStart() };
    }
    return undefined;
  }
  const divider = line.indexOf('=');
  return divider <= 0
    ? undefined
    : { key: line.slice(0, divider).trimEnd(), rest: line.slice(divider + 1).trimStart() };
}

/** A value on one line with what may follow it; undefined where it is badly quoted. */
function readValue(rest: string): ConfigValue | undefined {
  const text = rest.trimEnd();
  if (text === '' || text.startsWith('#')) return '';
  if (/^,\s*(?:#|$)/.test(text)) return [];
  const items: string[] = [];
  let at = 0;
  for (;;) {
    const item = readItem(text, at);
    if (item === undefined) return undefined;
    items.push(item.value);
    if (text[item.end] !== ',') return items.length === 1 ? items[0] : items;
    at = item.end + 1;
    while (at < text.length && /\s/.test(text[at] ?? '')) at++;
    if (at >= text.length || text[at] === '#') return items;
  }
}

/** The item at `at` and where it ends: at a comma, a comment, or the end of the text. */
function readItem(text: string, at: number): { value: string; end: number } | undefined {
  const first = text[at];
  if (first === ',' || first === undefined) return undefined;
  if (first === '"' || first === "'") {
    for (let close = text.indexOf(first, at + 1); close > 0; close = text.indexOf(first, close + 1)) {
      let end = close + 1;
      while (end < text.length && /\s/.test(text[end] ?? '')) end++;
      if (end === text.length || text[end] === ',' || text[end] === '#')
        return { value: text.slice(at + 1, close), end };
    }
    return undefined;
  }
  let end = at;
  while (end < text.length && text[end] !== ',' && text[end] !== '#') end++;
  return { value: text.slice(at, end).trimEnd(), end };
}

function readMultiline(
  lines: readonly string[],
  index: number,
  rest: string,
): { value: string | undefined; lastLine: number } {
  const quote = rest.slice(0, 3);
  const sameLine = rest.indexOf(quote, 3);
  if (sameLine >= 0)
    return {
      value: endsWell(rest.slice(sameLine + 3)) ? rest.slice(3, sameLine) : undefined,
      lastLine: index,
    };
  let value = rest.slice(3);
  for (let next = index + 1; next < lines.length; next++) {
    const line = lines[next] ?? '';
    const close = line.indexOf(quote);
    if (close < 0) value += `\n${line}`;
    else
      return {
        value: endsWell(line.slice(close + 3)) ? `${value}\n${line.slice(0, close)}` : undefined,
        lastLine: next,
      };
  }
  return { value: undefined, lastLine: index };
}

function endsWell(rest: string): boolean {
  return /^\s*(?:#|$)/.test(rest);
}
