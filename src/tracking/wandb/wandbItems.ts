/**
 * Items of records in a `.wandb` file: a key (or the names that lead to it) and a value as JSON text, or typed as newer
 * versions write it. Field numbers: wandb `wandb_internal.proto`.
 */
import { isRecord } from '../collectParameters.ts';
import { parseLenientJson } from '../lenientJson.ts';
import { boundedKey } from '../metricNames.ts';
import { wireType } from '../protobuf/wireReader.ts';
import type { WireReader } from '../protobuf/wireReader.ts';

export interface WandbItem {
  /** Names from the outside in; at least one. */
  readonly names: readonly string[];
  /** As JSON has it, and NaN and infinities. */
  readonly value: unknown;
}

const field = { key: 1, nestedKey: 2, boolean: 4, integer: 5, number: 6, text: 7, json: 8, valueJson: 16 };
const deepestNesting = 16;

/** Undefined for an item without a key or without a value. */
export function wandbItem(message: WireReader): WandbItem | undefined {
  const names: string[] = [];
  let key: string | undefined;
  let value: unknown;
  while (message.next())
    switch (message.field) {
      case field.key:
        key = message.text();
        break;
      case field.nestedKey:
        if (names.length < deepestNesting) names.push(message.text());
        break;
      case field.boolean:
        value = message.uint() !== 0;
        break;
      case field.integer:
        value = message.int();
        break;
      case field.number:
        if (message.wire === wireType.fixed64) value = message.double();
        break;
      case field.text:
        value = message.text();
        break;
      case field.json:
      case field.valueJson:
        value = parseLenientJson(message.text());
        break;
      default:
    }
  if (names.length === 0 && key !== undefined) names.push(key);
  return names.length === 0 || value === undefined ? undefined : { names, value };
}

/** Every item that is a number, or belongs to a medium, by its whole name. Nested names are joined by slashes. */
export interface FlatItems {
  readonly numbers: ReadonlyMap<string, number>;
  /** Fields of what has a `_type`: images, histograms, tables, files. */
  readonly media: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

const mostItems = 20_000;

export function flatItems(items: readonly WandbItem[]): FlatItems {
  const media = new Map<string, Record<string, unknown>>();
  for (const { names, value } of items)
    if (names.length > 1 && names.at(-1) === '_type') media.set(keyOf(names.slice(0, -1)), { _type: value });
  const numbers = new Map<string, number>();
  const collect = (names: readonly string[], value: unknown): void => {
    const fields = names.length > 1 ? media.get(keyOf(names.slice(0, -1))) : undefined;
    if (fields !== undefined)
      Object.defineProperty(fields, names.at(-1) ?? '', { value, enumerable: true, configurable: true });
    else if (typeof value === 'number') {
      if (numbers.size < mostItems) numbers.set(boundedKey(keyOf(names)), value);
    } else if (isRecord(value) && names.length < deepestNesting) {
      if (typeof value['_type'] === 'string') media.set(keyOf(names), value);
      else for (const [name, inner] of Object.entries(value)) collect([...names, name], inner);
    }
  };
  for (const { names, value } of items) collect(names, value);
  return { numbers, media };
}

function keyOf(names: readonly string[]): string {
  return names.join('/');
}
