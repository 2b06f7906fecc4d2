/** Reads a YAML file of parameters: Lightning's `hparams.yaml`, Ultralytics' `args.yaml`, DVCLive's `params.yaml`. */
import { parseDocument } from 'yaml';
import type { ParameterValue } from '../../runs/plan.ts';
import { collectParameters, isRecord } from '../collectParameters.ts';
import { noContent } from '../sourceReader.ts';
import type { RewrittenReader, SourceContent } from '../sourceReader.ts';
import { ToldProblems } from './toldProblems.ts';

/** Larger or deeper ones take the parser seconds, and are no parameters. */
const largestFile = 64 * 1024;
const deepestNesting = 50;

export class ParametersReader implements RewrittenReader {
  readonly #problems = new ToldProblems();
  #told = new Map<string, ParameterValue>();

  read(content: Uint8Array): SourceContent {
    const found = this.#parse(content);
    const parameters: Record<string, ParameterValue> = {};
    for (const [name, value] of Object.entries(found)) {
      if (this.#told.get(name) === value && this.#told.has(name)) continue;
      this.#told.set(name, value);
      parameters[name] = value;
    }
    const problems = this.#problems.take();
    if (problems.length === 0 && Object.keys(parameters).length === 0) return noContent;
    return { ...noContent, parameters, problems };
  }

  #parse(content: Uint8Array): Record<string, ParameterValue> {
    const found: Record<string, ParameterValue> = {};
    if (content.length > largestFile) {
      this.#problems.add('the file is larger than 64 KiB: its parameters are left out');
      return found;
    }
    const text = Buffer.from(content).toString('utf8');
    if (depthOf(text) > deepestNesting) {
      this.#problems.add('the parameters are nested too deep: they are left out');
      return found;
    }
    try {
      // Tags of Python objects mean nothing here: what they hold is read as plain lists and maps.
      const document = parseDocument(text, { uniqueKeys: false, logLevel: 'error', prettyErrors: false });
      const error = document.errors[0];
      if (error !== undefined) throw error;
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      if (isRecord(value)) collectParameters('', value, found);
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
      this.#problems.add(`the parameters cannot be read: ${reason}`);
      return {};
    }
    return found;
  }
}

/** Of brackets and of indentation; at least what the parser will see. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [part] of text.matchAll(/[[{\]}]|^ +|- (?=- )/gm)) {
    if (part === '[' || part === '{') deepest = Math.max(deepest, ++depth);
    else if (part === ']' || part === '}') depth = Math.max(0, depth - 1);
    else if (part === '- ') deepest = Math.max(deepest, ++depth);
    else deepest = Math.max(deepest, part.length / 2);
  }
  return deepest;
}
