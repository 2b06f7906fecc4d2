/** MLflow's parameters are texts that Python's `str` made; Lockstep's are typed, so that they sort and compare. */
import type { ParameterValue } from '../../runs/plan.ts';

const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const words = new Map<string, ParameterValue>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

/** A number only where nothing but its spelling is lost: `007` and digits beyond 2^53 stay texts. */
export function parameterOf(text: string): ParameterValue {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (!plainNumber.test(text)) return text;
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? text : value;
}
