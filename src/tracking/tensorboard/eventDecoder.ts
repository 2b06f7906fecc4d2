/**
 * Reads events (the records of an event file) and tells what they mean, in their order. Nearly all are one scalar in
 * one plain form, which is recognised byte by byte; {@link EventDecoder.record} falls back to reading fields for the
 * rest, with the same outcome. Source of the format: tensorboard/compat/proto/{event,summary}.proto.
 */
import { WireReader, wireType } from '../protobuf/wireReader.ts';
import type { MediaPiece } from '../sourceReader.ts';
import { EventTags, type EventTag } from './eventTags.ts';
import { histogramOfMessage, histogramOfTensor, mostBuckets } from './histograms.ts';
import { readHparams, type Hparams } from './hparams.ts';
import { imagesOfTensor, imageOfMessage, textOfTensor } from './mediaOfSummary.ts';
import { readTensor, textType, type Tensor } from './tensor.ts';

export interface EventSink extends Hparams {
  /** @param time Milliseconds since the epoch. */
  scalar(tag: EventTag, step: number, time: number, value: number): void;
  /** Absent: images, texts and histograms are passed over, which is faster. */
  readonly media?: ((piece: MediaPiece) => void) | undefined;
  problem(text: string): void;
}

const mostElements = 3 * mostBuckets;
/** The last second that a date can have. */
const latestTime = 8.64e12;
/** Of other plugins there is nothing that a run would show: graphs, profiles, layouts. */
const missedPlugins = new Set(['audio', 'pr_curves', 'mesh']);

export class EventDecoder {
  /** For events that tell no time, milliseconds since the epoch. */
  time = 0;
  readonly #sink: EventSink;
  readonly #tags: EventTags;

  constructor(sink: EventSink) {
    this.#sink = sink;
    this.#tags = new EventTags(problem => sink.problem(problem));
  }

  /** One event: `bytes[from, to)`. `view` is of the same bytes. */
  record(bytes: Uint8Array, view: DataView, from: number, to: number): void {
    if (!this.#plainScalar(bytes, view, from, to)) this.#event(new WireReader(bytes, from, to, view), bytes);
  }

  /**
   * An event of a time, a step and a summary of one tag and one float, in this order, lengths below 128:
   * `09 <f64> [10 <varint>] 2a n 0a n 0a n <tag> <float>`, see {@link floatPlace}. False, and nothing done, for any
   * other.
   */
  #plainScalar(bytes: Uint8Array, view: DataView, from: number, to: number): boolean {
    if (to - from < 20 || view.getUint8(from) !== 0x09) return false;
    let at = from + 9;
    let step = 0;
    if (view.getUint8(at) === 0x10) {
      at++;
      for (let shift = 0; ; shift += 7) {
        if (at >= to || shift > 21) return false;
        const byte = view.getUint8(at++);
        step |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
    }
    const tag = at + 6;
    if (
      tag + 5 > to ||
      to - at > 129 ||
      view.getUint8(at) !== 0x2a ||
      view.getUint8(at + 1) !== to - at - 2 ||
      view.getUint8(at + 2) !== 0x0a ||
      view.getUint8(at + 3) !== to - at - 4 ||
      view.getUint8(at + 4) !== 0x0a
    )
      return false;
    const tagEnd = tag + view.getUint8(at + 5);
    const place = tagEnd + 5 > to ? 0 : floatPlace(view, tagEnd, to);
    if (place === 0) return false;
    const named = this.#tags.at(bytes, tag, tagEnd);
    if (named === undefined) return true;
    if (place !== tagEnd + 1 && named.plugin !== 'scalars') return false;
    this.#sink.scalar(
      named,
      step,
      this.#timeOf(view.getFloat64(from + 1, true)),
      view.getFloat32(place, true),
    );
    return true;
  }

  #event(event: WireReader, bytes: Uint8Array): void {
    let wallTime = Number.NaN;
    let step = 0;
    let summary: WireReader | undefined;
    while (event.next())
      if (event.field === 1) wallTime = event.double();
      else if (event.field === 2) step = event.int();
      else if (event.field === 5) summary = event.message();
    if (event.damaged) this.#sink.problem('A record that is no event is left out.');
    if (summary === undefined || event.damaged) return;
    const time = this.#timeOf(wallTime);
    while (summary.next()) if (summary.field === 1) this.#value(summary.message(), bytes, step, time);
    if (summary.damaged) this.#sink.problem('A part of an event could not be read and is left out.');
  }

  #value(value: WireReader, bytes: Uint8Array, step: number, time: number): void {
    let tag: EventTag | undefined;
    let scalar: number | undefined;
    let metadata: WireReader | undefined;
    let data: WireReader | undefined;
    let kind = 0;
    while (value.next())
      switch (value.field) {
        case 1: {
          const from = value.start;
          tag = this.#tags.at(bytes, from, from + value.size);
          if (tag === undefined) return;
          break;
        }
        case 2:
          if (value.wire === wireType.fixed32) scalar = value.float();
          break;
        case 4:
        case 5:
        case 6:
        case 8:
          kind = value.field;
          data = value.message();
          break;
        case 9:
          metadata = value.message();
          break;
        default:
      }
    if (value.damaged) {
      this.#sink.problem('A part of an event could not be read and is left out.');
      return;
    }
    tag ??= this.#tags.at(bytes, 0, 0);
    if (tag === undefined) return;
    if (metadata !== undefined) this.#takeMetadata(tag, metadata);
    if (scalar !== undefined) this.#sink.scalar(tag, step, time, scalar);
    else if (data !== undefined && kind === 8) this.#tensor(tag, data, step, time);
    else if (data !== undefined) this.#oldMedia(kind, tag, data, step, time);
  }

  #takeMetadata(tag: EventTag, metadata: WireReader): void {
    while (metadata.next()) {
      if (metadata.field !== 1) continue;
      const data = metadata.message();
      let plugin = '';
      let content: WireReader | undefined;
      while (data.next())
        if (data.field === 1) plugin = data.text(100);
        else if (data.field === 2) content = data.message();
      tag.plugin ??= plugin;
      if (tag.plugin === 'hparams' && content !== undefined) readHparams(content, this.#sink);
    }
  }

  #oldMedia(kind: number, tag: EventTag, data: WireReader, step: number, time: number): void {
    const { media } = this.#sink;
    if (kind === 6) this.#miss('audio');
    else if (media === undefined) return;
    else if (kind === 4) media(imageOfMessage(data, { key: tag.key, step, time }));
    else media({ kind: 'histogram', key: tag.key, step, time, histogram: histogramOfMessage(data) });
  }

  #tensor(tag: EventTag, data: WireReader, step: number, time: number): void {
    const { plugin = '' } = tag;
    if (plugin === 'scalars' || plugin === '') {
      const tensor = readTensor(data, 1);
      const [value] = tensor.numbers;
      if (value !== undefined && tensor.shape.length === 0) this.#sink.scalar(tag, step, time, value);
      else if (plugin !== '') this.#sink.problem(`${tag.key}: a scalar without a single number is left out.`);
      return;
    }
    if (missedPlugins.has(plugin)) this.#miss(plugin);
    const { media } = this.#sink;
    if (media === undefined) return;
    const place = { key: tag.key, step, time };
    if (plugin === 'images') imagesOfTensor(textsOnly(readTensor(data, mostElements)), place).forEach(media);
    else if (plugin === 'text') {
      const piece = textOfTensor(textsOnly(readTensor(data, mostElements)), place);
      if (piece !== undefined) media(piece);
    } else if (plugin === 'histograms') {
      const histogram = histogramOfTensor(readTensor(data, mostElements));
      if (histogram !== undefined) media({ kind: 'histogram', ...place, histogram });
      else this.#sink.problem(`${tag.key}: a histogram that is no table of three columns is left out.`);
    }
  }

  #miss(plugin: string): void {
    this.#sink.problem(`What is logged as ${plugin} is left out.`);
  }

  #timeOf(wallTime: number): number {
    return wallTime > 0 && wallTime <= latestTime ? wallTime * 1000 : this.time;
  }
}

/**
 * Where the float lies of a value whose tag ends at `at` and which ends at `to`; 0 when it has another form than
 * `15 <f32>` or `42 0a 08 01 12 00 (2a | 22) 04 <f32> [4a n <metadata>]`, a tensor of a single float.
 */
function floatPlace(view: DataView, at: number, to: number): number {
  const kind = view.getUint8(at);
  if (kind === 0x15) return at + 5 === to ? at + 1 : 0;
  const end = at + 12;
  if (kind !== 0x42 || end > to || view.getUint8(at + 1) !== 10) return 0;
  if (view.getUint32(at + 2, true) !== 0x00120108 || view.getUint8(at + 7) !== 4) return 0;
  const how = view.getUint8(at + 6);
  if (how !== 0x2a && how !== 0x22) return 0;
  const metadata =
    end === to || (end + 2 <= to && view.getUint8(end) === 0x4a && view.getUint8(end + 1) === to - end - 2);
  return metadata ? at + 8 : 0;
}

function textsOnly(tensor: Tensor): readonly Uint8Array[] {
  return tensor.type === textType ? tensor.texts : [];
}
