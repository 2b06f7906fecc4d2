/**
 * Changes one option of a configuration, and of the file nothing else: comments, order and what DVC could not write
 * (names beyond ASCII) stay. New lines look as DVC writes them. Source: configobj `_quote`, dvc `config.py`.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import { configInvalid, configNotWritable } from './errors.ts';
import { readConfigText } from './loadConfig.ts';
import { parseConfigFile, type ConfigSection, type ConfigValue } from './parseConfigFile.ts';

export interface ConfigEdit {
  /** `core`, `cache`, or `{ remote: name }`. */
  readonly section: string | { readonly remote: string };
  readonly option: string;
  /** Undefined removes the option. */
  readonly value: ConfigValue | undefined;
}

/** `path` is that of the configuration file, absolute; made where it is missing. Rejects with `data-config-invalid` and `data-config-not-writable`; the file then stands as it was. */
export async function editConfig(path: string, edits: readonly ConfigEdit[]): Promise<void> {
  const old = (await readConfigText(path)) ?? '';
  const text = editedConfig(old, edits, path);
  if (text === old) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, text);
}

/** Throws as {@link editConfig} rejects. `path` is for messages. */
export function editedConfig(old: string, edits: readonly ConfigEdit[], path: string): string {
  let text = old;
  for (const edit of edits) text = withEdit(text, edit, path);
  return text;
}

/** Removes a whole section with its options; the comment lines right above it stay. */
export function withoutSection(old: string, section: ConfigEdit['section'], path: string): string {
  const { sections, lines } = readForEdit(old, path);
  const found = sections.find(candidate => isSection(candidate, section));
  if (found === undefined) return old;
  const next = sections[sections.indexOf(found) + 1];
  lines.splice(found.line, (next?.line ?? lines.length) - found.line);
  return lines.join('');
}

function withEdit(text: string, edit: ConfigEdit, path: string): string {
  const { sections, lines } = readForEdit(text, path);
  const found = sections.find(candidate => isSection(candidate, edit.section));
  const entry = found?.entries.find(candidate => candidate.key.toLowerCase() === edit.option.toLowerCase());
  if (edit.value === undefined) {
    if (entry !== undefined) lines.splice(entry.firstLine, entry.lastLine - entry.firstLine + 1);
    return lines.join('');
  }
  if (entry !== undefined && sameValue(entry.value, edit.value)) return text;
  const end = lines[0]?.endsWith('\r\n') === true ? '\r\n' : '\n';
  const indent = entry === undefined ? '    ' : (/^\s*/.exec(lines[entry.firstLine] ?? '')?.[0] ?? '');
  const line = `${indent}${edit.option} = ${quotedValue(edit.value, path)}${end}`;
  if (lines.length > 0 && !/[\r\n]$/.test(lines.at(-1) ?? '')) lines.push(`${lines.pop() ?? ''}${end}`);
  if (entry !== undefined) lines.splice(entry.firstLine, entry.lastLine - entry.firstLine + 1, line);
  else if (found === undefined)
    lines.splice(
      placeOfSection(sections, lines.length, edit.section),
      0,
      `${sectionLine(edit.section)}${end}`,
      line,
    );
  else lines.splice((found.entries.at(-1)?.lastLine ?? found.line) + 1, 0, line);
  const result = lines.join('');
  const read = parseConfigFile(result);
  const after = read.sections
    .find(candidate => isSection(candidate, edit.section))
    ?.entries.find(candidate => candidate.key.toLowerCase() === edit.option.toLowerCase());
  if (read.problems.length > 0 || after === undefined || !sameValue(after.value, edit.value))
    throw configNotWritable(path, `the value of ${edit.option} cannot be written in this format`);
  return result;
}

function readForEdit(text: string, path: string): { sections: readonly ConfigSection[]; lines: string[] } {
  const { sections, problems } = parseConfigFile(text);
  if (problems[0] !== undefined) throw configInvalid(path, problems[0].what, problems[0].line);
  // The same lines that the reader counts, with their ends.
  const lines = text.match(/[^\n\r\v\f\u0085\u2028\u2029]*(?:\r\n|[\n\r\v\f\u0085\u2028\u2029]|$)/g) ?? [];
  return { sections, lines: lines.filter(line => line !== '') };
}

function isSection(section: ConfigSection, wanted: ConfigEdit['section']): boolean {
  if (section.line < 0) return false;
  const name = section.name.toLowerCase();
  if (typeof wanted === 'string') return name === wanted.toLowerCase();
  return /^\s*remote\s*"(.*)"\s*$/.exec(name)?.[1] === wanted.remote.toLowerCase();
}

/** Remotes come last, as DVC keeps them. */
function placeOfSection(
  sections: readonly ConfigSection[],
  lineCount: number,
  wanted: ConfigEdit['section'],
): number {
  if (typeof wanted !== 'string') return lineCount;
  return sections.find(section => /^\s*(?:remote|machine|db)\s*"/i.test(section.name))?.line ?? lineCount;
}

function sectionLine(section: ConfigEdit['section']): string {
  return typeof section === 'string' ? `[${section}]` : `['remote "${section.remote}"']`;
}

function sameValue(one: ConfigValue, other: ConfigValue): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function quotedValue(value: ConfigValue, path: string): string {
  if (typeof value === 'string') return quoted(value, path, true);
  if (value.length === 0) return ',';
  const items = value.map(item => quoted(item, path, false));
  return items.length === 1 ? `${items[0] ?? ''},` : items.join(', ');
}

function quoted(value: string, path: string, alone: boolean): string {
  if (value === '') return '""';
  const bothQuotes = value.includes("'") && value.includes('"');
  if (/[\r\v\f\u0085\u2028\u2029]/.test(value) || (!alone && value.includes('\n')))
    throw configNotWritable(path, 'a value holds a line break');
  if (bothQuotes || value.includes('\n')) {
    if (!alone) throw configNotWritable(path, 'a value in a list holds both kinds of quotes');
    const quote = value.includes("'''") ? '"""' : "'''";
    return `${quote}${value}${quote}`;
  }
  const edge = /^[ \r\n\v\t'"]|[ \r\n\v\t'"]$/.test(value);
  if (!edge && !value.includes(',') && !value.includes('#')) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
