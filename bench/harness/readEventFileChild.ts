/**
 * Reads one event file in a fresh process, whole into columns or piece by piece as one that is being written (`live`);
 * prints as one line of JSON what that took.
 */
import { createReadStream } from 'node:fs';
import { EventFileReader } from '../../src/tracking/tensorboard/eventFileReader.ts';
import { readEventFile } from '../../src/tracking/tensorboard/readEventFile.ts';

async function whole(path: string): Promise<{ points: number; problems: number }> {
  const { series, problems } = await readEventFile(path);
  return { points: series.reduce((all, { values }) => all + values.length, 0), problems: problems.length };
}

async function live(path: string): Promise<{ points: number; problems: number }> {
  const reader = new EventFileReader();
  const told = { points: 0, problems: 0 };
  for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const { points, problems } = reader.push(piece as Buffer, 0);
    told.points += points.length;
    told.problems += problems.length;
  }
  return told;
}

const [path = '', how] = process.argv.slice(2);
const start = performance.now();
const told = how === 'live' ? await live(path) : await whole(path);
const ms = performance.now() - start;
console.log(JSON.stringify({ ms, ...told, bytes: process.resourceUsage().maxRSS * 1024 }));
