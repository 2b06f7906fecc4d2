/**
 * Finds the parameters of a run before it starts: in the command's arguments, and in `params.yaml`. What the script
 * reports itself comes later, with the metrics. An argument wins over the file.
 */
import { readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { parse } from 'yaml';
import { captured, unknown, type Known } from '../../runs/known.ts';
import type { Parameter, ParameterValue } from '../../runs/plan.ts';
import { readCommandWords } from './commandWords.ts';
import { hiddenSecret, hideSecrets, isSecretValue } from '../../base/secretText.ts';

export interface ParameterSources {
  /** The command, with its secrets already replaced. */
  readonly argv: readonly string[];
  /** Absolute folder the command runs in. */
  readonly cwd: string;
  /** Absolute root of the repository or project. */
  readonly root: string;
}

const longestFile = 1024 * 1024;
const mostParameters = 2000;
const longestText = 4000;

/** Name → parameter. A file that cannot be read or is no YAML has no parameters; nothing is thrown. */
export async function captureParameters(sources: ParameterSources): Promise<Record<string, Parameter>> {
  return { ...(await fileParameters(sources)), ...argumentParameters(sources.argv) };
}

/**
 * `--key value`, `--key=value`, `--flag`, `-k value`, and Hydra's `key=value`, `+key=value`. Dashes within a name
 * become underscores, as argparse does it. Several numbers after one option are a list, as JSON text.
 */
export function argumentParameters(argv: readonly string[]): Record<string, Parameter> {
  const parameters = new Map<string, Parameter>();
  const add = (name: string, value: ParameterValue, argvIndex: number | undefined): void => {
    if (name === '__proto__' || parameters.size >= mostParameters) return;
    parameters.set(name, { value, source: 'argument', ...(argvIndex === undefined ? {} : { argvIndex }) });
  };
  let optionsEnded = false;
  for (let at = readCommandWords(argv).firstArgument; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const assignment = /^(--?|\+{1,2})?([A-Za-z_][\w.@/:-]*)=([\s\S]*)$/.exec(word);
    if (word === '--') optionsEnded = true;
    else if (assignment !== null && !(optionsEnded && assignment[1]?.startsWith('-'))) {
      const [, lead = '', name = '', value = ''] = assignment;
      add(lead.startsWith('-') ? parameterName(name) : name, safeValue(name, value), at);
    } else if (!optionsEnded && /^--?[A-Za-z]/.test(word)) {
      const name = parameterName(word.replace(/^-+/, ''));
      const values = valuesAfter(argv, at + 1);
      const [first] = values;
      if (first === undefined) add(name, true, undefined);
      else if (values.length === 1) add(name, safeValue(name, first), at + 1);
      else add(name, JSON.stringify(values.map(argumentValue)), undefined);
      at += values.length;
    }
  }
  return Object.fromEntries(parameters);
}

/** The name that `--learning-rate` has in a script's own namespace. */
export function parameterName(option: string): string {
  return option.replace(/^-+/, '').replaceAll('-', '_');
}

/** As YAML 1.2 core would type it, unless a number would lose digits: `0.1` is a number, `007` and `1e999` are text. */
export function argumentValue(text: string): ParameterValue {
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^(?:null|Null|NULL|~)$/.test(text)) return null;
  if (/^[-+]?(?:0|[1-9]\d*)$/.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : text;
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text) && !/^[-+]?0\d/.test(text)) {
    const number = Number(text);
    return Number.isFinite(number) ? number : text;
  }
  return text.length <= longestText ? text : `${text.slice(0, longestText)}…`;
}

const seedName =
  /(?:^|[._/])(?:(?:random|rng|manual|global|master|torch|np|numpy|data|train)[_-]?)?seed$|(?:^|[._/])random_state$/i;

/** The seed among `parameters`: one named `seed` first, then `random_seed`, `trainer.seed`, `random_state`… */
export function findSeed(parameters: Readonly<Record<string, Parameter>>): Known<ParameterValue> {
  const names = Object.keys(parameters).filter(name => seedName.test(name));
  const name = names.find(candidate => candidate.toLowerCase() === 'seed') ?? names[0];
  const seed = name === undefined ? undefined : parameters[name];
  return seed === undefined ? unknown('no parameter is named seed') : captured(seed.value);
}

/** The words after an option that are its value: one, or all of them when they are numbers. */
function valuesAfter(argv: readonly string[], start: number): readonly string[] {
  let end = start;
  while (
    end < argv.length &&
    !isOption(argv[end] ?? '') &&
    !/^[+]{0,2}[A-Za-z_][\w.@/:-]*=/.test(argv[end] ?? '')
  )
    end++;
  const words = argv.slice(start, end);
  return words.every(word => typeof argumentValue(word) === 'number') ? words : words.slice(0, 1);
}

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-' && typeof argumentValue(word) !== 'number';
}

function safeValue(name: string, text: string): ParameterValue {
  if (isSecretValue(name, text)) return hiddenSecret;
  return argumentValue(hideSecrets(text));
}

async function fileParameters({ cwd, root }: ParameterSources): Promise<Record<string, Parameter>> {
  for (const folder of new Set([cwd, root])) {
    const file = join(folder, 'params.yaml');
    const content = await readSmallFile(file);
    if (content === undefined) continue;
    try {
      const found = new Map<string, Parameter>();
      collect(
        '',
        parse(content, { maxAliasCount: 100, logLevel: 'error' }),
        relative(root, file).split(sep).join('/'),
        found,
        0,
      );
      return Object.fromEntries(found);
    } catch {
      return {};
    }
  }
  return {};
}

async function readSmallFile(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    return size > longestFile ? undefined : await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

function collect(
  prefix: string,
  value: unknown,
  path: string,
  into: Map<string, Parameter>,
  depth: number,
): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && depth < 10) {
    for (const [key, inner] of Object.entries(value))
      collect(prefix === '' ? key : `${prefix}.${key}`, inner, path, into, depth + 1);
    return;
  }
  if (prefix === '' || prefix === '__proto__' || into.size >= mostParameters) return;
  into.set(prefix, { value: fileValue(prefix, value), source: 'file', path });
}

function fileValue(name: string, value: unknown): ParameterValue {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (isSecretValue(name, text)) return hiddenSecret;
  const hidden = hideSecrets(text);
  return hidden.length <= longestText ? hidden : `${hidden.slice(0, longestText)}…`;
}
