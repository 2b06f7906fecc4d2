/** Parameters as a program wrote them (JSON, YAML), nested names joined by dots, bounded and without secrets. */
import { hiddenSecret, hideSecrets, isSecretValue } from '../base/secretText.ts';
import type { ParameterValue } from '../runs/plan.ts';
import { boundedKey } from './metricNames.ts';

const deepestNesting = 8;
const mostParameters = 2000;
const longestParameter = 4000;

/** Adds what `fields` hold to `into`, whose number of entries stays bounded. */
export function collectParameters(
  prefix: string,
  fields: Readonly<Record<string, unknown>>,
  into: Record<string, ParameterValue>,
  depth = 0,
): void {
  for (const [key, value] of Object.entries(fields)) {
    const name = boundedKey(prefix === '' ? key : `${prefix}.${key}`);
    if (name === '__proto__') continue;
    if (isRecord(value) && depth < deepestNesting) collectParameters(name, value, into, depth + 1);
    else if (Object.keys(into).length < mostParameters) into[name] = parameterOf(key, value);
  }
}

/** A scalar as it is; a list as its JSON text; a number JSON cannot say as text; never a secret. */
export function parameterOf(name: string, value: unknown): ParameterValue {
  if (value === null || value === undefined || typeof value === 'boolean') return value ?? null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  const written = typeof value === 'string' ? value : jsonText(value);
  if (isSecretValue(name, written)) return hiddenSecret;
  const text = hideSecrets(written);
  return text.length <= longestParameter ? text : `${text.slice(0, longestParameter)}…`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonText(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
