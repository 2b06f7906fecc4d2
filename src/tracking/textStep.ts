/**
 * Finds where in the training a printed line is: `Epoch 3/10`, `step=10`, `[0]` of a boosting round, or a progress
 * bar. What was found is cut out of the text, so that it is not taken for a metric.
 */
export interface TextPlace {
  /** Whether the line names a step, an iteration or an epoch at all. */
  readonly named: boolean;
  /** Absent when the line only says where within an epoch it is: that starts again with every epoch. */
  readonly step?: number;
  /** A position within an epoch is given (`[640/60000]`, `batch: 3`), so an epoch around it is no step either. */
  readonly withinEpoch: boolean;
  /** A Keras bar belongs to the `Epoch 3/10` line before it. */
  readonly bar?: 'keras' | 'tqdm';
  /** The bar had not reached its end: which state of it is stored depends on timing alone. */
  readonly unfinishedBar: boolean;
  readonly rest: string;
}

const kerasBar = /^(\d+)\/(\d+|Unknown)\s+(?:\[[=>.\s]*\]|[━─╸╺]+|-)\s+/;
const tqdmBar = /(\d{1,3})%\|[^|]*\|\s*(\d[\d.]*[kMGT]?)\/(\d[\d.]*[kMGT]?)\s*\[/;
const boostingRound = /^(?:\[(\d+)\](?=[\t ])|(\d+):(?=\t))/;
const epochAndBatch = /^\[\s*\d+\s*,\s*\d+\s*\]/;
const bracketed = /\[\s*\d+\s*\/\s*\d+/;
const batchNumber = /\b(?:mini)?batch(?:_idx)?\s*[:=#]?\s*[[(]?\s*\d+/i;
const marker =
  /(?<![\w./]|per )(global[_ ]?step|step|iteration|iter|it(?=[:=])|num_updates|update|round|episode|epoch)\s*[:=#]?\s*[[(]?\s*(\d+(?:\.\d+)?)(?![\d.]*[A-Za-z_])(?:\s*\/\s*(\d+))?\s*[\])]?/gi;

export function findTextStep(text: string): TextPlace {
  const keras = kerasBar.exec(text);
  if (keras !== null) {
    const rest = text.slice(keras[0].length);
    const unfinishedBar = keras[1] !== keras[2];
    return { named: false, withinEpoch: false, bar: 'keras', unfinishedBar, rest };
  }
  const tqdm = tqdmBar.exec(text);
  if (tqdm !== null) {
    const rest = `${text.slice(0, tqdm.index)} | ${text.slice(tqdm.index + tqdm[0].length)}`;
    return { ...findMarkers(rest), bar: 'tqdm', unfinishedBar: tqdm[1] !== '100' || tqdm[2] !== tqdm[3] };
  }
  const round = boostingRound.exec(text);
  if (round !== null) {
    const rest = text.slice(round[0].length);
    return {
      named: true,
      step: Number(round[1] ?? round[2]),
      withinEpoch: false,
      unfinishedBar: false,
      rest,
    };
  }
  return { ...findMarkers(text), unfinishedBar: false };
}

function findMarkers(text: string): Omit<TextPlace, 'unfinishedBar'> {
  let epoch: number | undefined;
  let other: { readonly value: number; readonly name: string; readonly total: boolean } | undefined;
  const rest = text.replace(marker, (found, name: string, value: string, total: string | undefined) => {
    const lower = name.toLowerCase();
    if (lower.startsWith('epoch')) {
      if (epoch !== undefined) return found;
      epoch = Number(value);
    } else {
      if (other !== undefined) return found;
      other = { value: Number(value), name: lower, total: total !== undefined };
    }
    return ' | ';
  });
  const pair = epochAndBatch.exec(text);
  // `Step [100/600]` beside an epoch counts within it; a global step does not.
  const stepWithinEpoch = epoch !== undefined && other?.total === true && !other.name.startsWith('global');
  const withinEpoch = pair !== null || stepWithinEpoch || bracketed.test(rest) || batchNumber.test(rest);
  const step =
    other === undefined ? (withinEpoch ? undefined : epoch) : stepWithinEpoch ? undefined : other.value;
  return {
    named: epoch !== undefined || other !== undefined || pair !== null,
    ...(step === undefined ? {} : { step }),
    withinEpoch,
    rest: pair === null ? rest : rest.replace(epochAndBatch, ' | '),
  };
}

const header = /^[-=*#[\s]*epoch\s*[:#]?\s*\[?(\d+)(?:\s*\/\s*\d+)?\]?\s*[:.]?[-=*#\s]*$/i;

/** The epoch of a line that says nothing else: `Epoch 3/10`. The lines after it belong to that epoch. */
export function epochHeader(text: string): number | undefined {
  const found = text.length > 100 ? null : header.exec(text);
  return found === null ? undefined : Number(found[1]);
}
