/** JSON with comments and trailing commas, as devcontainer.json is written, with places for every complaint. */
import { findNodeAtLocation, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { ParseError } from 'jsonc-parser';

export interface JsoncProblem {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  /** What is wrong there: `a value is expected`. */
  readonly what: string;
}

export interface ParsedJsonc {
  readonly value: unknown;
  readonly problems: readonly JsoncProblem[];
  /** The place of a property or item, or of the nearest thing around it that is there. */
  readonly placeOf: (path: readonly (string | number)[]) => { line: number; column: number };
}

const options = { allowTrailingComma: true, disallowComments: false, allowEmptyContent: false };

/** Never throws; what could not be understood is in `problems`, in the order of the text. A byte order mark is no problem. */
export function parseJsonc(text: string): ParsedJsonc {
  const source = text.replace(/^\ufeff/, '');
  const errors: ParseError[] = [];
  const value: unknown = parse(source, errors, options);
  const starts = lineStarts(source);
  const problems = errors
    .map(({ error, offset }) => ({ ...place(starts, offset), what: described(printParseErrorCode(error)) }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  return {
    value,
    problems,
    placeOf(path) {
      const root = parseTree(source, [], options);
      for (let length = path.length; root !== undefined && length >= 0; length--) {
        const node = findNodeAtLocation(root, path.slice(0, length));
        if (node === undefined) continue;
        // A property is pointed at by its name, not by its value.
        const named = node.parent?.type === 'property' ? node.parent : node;
        return place(starts, named.offset);
      }
      return { line: 1, column: 1 };
    },
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1))
    starts.push(index + 1);
  return starts;
}

function place(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

const words: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this word means nothing in JSON',
  InvalidNumberFormat: 'this is no number',
  PropertyNameExpected: 'a property name in double quotes is expected',
  ValueExpected: 'a value is expected',
  ColonExpected: 'a colon is expected',
  CommaExpected: 'a comma is expected',
  CloseBraceExpected: 'a closing } is expected',
  CloseBracketExpected: 'a closing ] is expected',
  EndOfFileExpected: 'nothing more is expected here',
  InvalidCommentToken: 'a comment cannot stand here',
  UnexpectedEndOfComment: 'a comment is not closed',
  UnexpectedEndOfString: 'a string is not closed',
  UnexpectedEndOfNumber: 'a number is not finished',
  InvalidUnicode: 'this is no Unicode escape',
  InvalidEscapeCharacter: 'this is no escape of JSON',
  InvalidCharacter: 'this character cannot stand in a string',
};

function described(code: string): string {
  return words[code] ?? 'this is no JSON';
}
