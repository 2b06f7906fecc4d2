/**
 * Hugging Face `trainer_state.json`, written with each checkpoint. Its `log_history` holds everything logged since the
 * start, in full precision, so all checkpoints of one training are one source: what an earlier one held is not told
 * again. Format: transformers `trainer_callback.py`, TrainerState.
 */
import type { MetricPoint } from '../../runs/metricSeries.ts';
import { isRecord } from '../collectParameters.ts';
import { parseLenientJson } from '../lenientJson.ts';
import { boundedKey } from '../metricNames.ts';
import { noContent } from '../sourceReader.ts';
import type { RewrittenReader, SourceContent } from '../sourceReader.ts';
import { ToldPoints } from './toldPoints.ts';
import { ToldProblems } from './toldProblems.ts';

const largestFile = 64 * 1024 * 1024;
const tagNames = ['best_metric', 'best_global_step', 'best_model_checkpoint', 'trial_name'];

export class TrainerStateReader implements RewrittenReader {
  readonly #told = new ToldPoints();
  readonly #problems = new ToldProblems();
  readonly #tags = new Map<string, string>();
  #greatestStep = 0;

  read(content: Uint8Array, time: number): SourceContent {
    if (content.length > largestFile) {
      this.#problems.add('the file is larger than 64 MiB: it was left out');
      return { ...noContent, problems: this.#problems.take() };
    }
    const state = parseLenientJson(Buffer.from(content).toString('utf8'));
    if (!isRecord(state)) return noContent;
    const points = this.#newPoints(state['log_history'], time);
    const globalStep = state['global_step'];
    const tags: Record<string, string | null> = {};
    // An older checkpoint, read later, knows nothing of the best since.
    if (typeof globalStep !== 'number' || globalStep >= this.#greatestStep) {
      if (typeof globalStep === 'number') this.#greatestStep = globalStep;
      for (const name of tagNames) {
        const value = state[name];
        if (typeof value !== 'string' && typeof value !== 'number') continue;
        const text = String(value).slice(0, 1000);
        if (this.#tags.get(name) === text) continue;
        this.#tags.set(name, text);
        tags[name] = text;
      }
    }
    if (points.length === 0 && Object.keys(tags).length === 0) return noContent;
    return { ...noContent, points, before: this.#told.before - points.length, tags };
  }

  #newPoints(history: unknown, time: number): MetricPoint[] {
    const fresh: MetricPoint[] = [];
    this.#told.begin();
    if (!Array.isArray(history)) return fresh;
    for (const entry of history as unknown[]) {
      if (!isRecord(entry)) continue;
      const step = entry['step'];
      if (typeof step !== 'number') continue;
      const points: MetricPoint[] = [];
      for (const [key, value] of Object.entries(entry))
        if (typeof value === 'number' && key !== 'step')
          points.push({ key: boundedKey(key), step, time, value });
      if (points.length > 0 && this.#told.isNew(points)) fresh.push(...points);
    }
    return fresh;
  }
}
