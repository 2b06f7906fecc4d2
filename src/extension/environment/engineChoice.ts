/** What the settings say of the engine and of GPUs, as the environment thread takes it. */
import { readSettings } from '../settings.ts';
import type { EngineChoice } from './host/environmentRequests.ts';

export function readEngineChoice(): EngineChoice {
  const { engine, gpus } = readSettings();
  return { engine: engine.trim(), gpus: gpuChoice(gpus) };
}

/** `auto`, `none`, or indexes and UUIDs with commas between. */
function gpuChoice(text: string): EngineChoice['gpus'] {
  const words = text
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
  const [only] = words;
  if (words.length === 1 && (only === 'none' || only === 'auto')) return only === 'none' ? 'none' : [];
  return words;
}
