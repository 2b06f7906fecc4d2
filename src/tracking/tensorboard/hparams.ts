/**
 * What the hparams plugin says of a run: hyperparameters at its start, its state at its end. Source of the format:
 * tensorboard/plugins/hparams/{plugin_data,api}.proto and google/protobuf/struct.proto.
 */
import type { ParameterValue } from '../../runs/plan.ts';
import { boundedKey } from '../metricNames.ts';
import type { WireReader } from '../protobuf/wireReader.ts';

export interface Hparams {
  readonly parameters: Map<string, ParameterValue>;
  readonly tags: Map<string, string>;
}

const mostParameters = 10_000;
const longestText = 10_000;
const states = ['unknown', 'success', 'failure', 'running'];

/** Adds what `message` (HParamsPluginData) says to `into`. */
export function readHparams(message: WireReader, into: Hparams): void {
  while (message.next()) {
    const info = message.message();
    if (message.field === 3) {
      while (info.next()) if (info.field === 1) readParameter(info.message(), into);
    } else if (message.field === 4)
      while (info.next())
        if (info.field === 1) into.tags.set('hparams.status', states[info.int()] ?? 'unknown');
  }
}

/** An entry of a map: key, google.protobuf.Value. */
function readParameter(entry: WireReader, into: Hparams): void {
  let key = '';
  let value: ParameterValue | undefined = null;
  while (entry.next())
    if (entry.field === 1) key = boundedKey(entry.text(longestText));
    else if (entry.field === 2) value = valueOf(entry.message());
  if (value === undefined || key === '') return;
  if (into.parameters.size < mostParameters || into.parameters.has(key)) into.parameters.set(key, value);
}

/** Undefined for lists and structures, which no hyperparameter is. NaN and the infinities by name: JSON has none. */
function valueOf(message: WireReader): ParameterValue | undefined {
  let value: ParameterValue | undefined = null;
  while (message.next())
    switch (message.field) {
      case 1:
        value = null;
        break;
      case 2: {
        const number = message.double();
        value = Number.isFinite(number) ? number : String(number);
        break;
      }
      case 3:
        value = message.text(longestText);
        break;
      case 4:
        value = message.int() !== 0;
        break;
      default:
        value = undefined;
    }
  return value;
}
