/**
 * The log of the devcontainer program as a person reads it: commands, what they printed, what went wrong; no
 * housekeeping, and of a layer that is fetched the last word alone. The log itself keeps everything.
 */
import { isNoise, parseCliLine, plainLines } from './cliLog.ts';

export function upLogLines(log: string): string[] {
  const lines = allLines(log).filter(line => !isNoise(line));
  const last = new Map(lines.map((line, index) => [layerOf(line), index]));
  return lines.filter((line, index) => {
    const layer = layerOf(line);
    return layer === undefined || last.get(layer) === index;
  });
}

/** Of the lines that tell how a pull goes on: `a1b2c3d4e5f6: Downloading …`, `Copying blob a1b2…`. */
function layerOf(line: string): string | undefined {
  return (
    /^([0-9a-f]{12}): (?:Pulling|Waiting|Downloading|Verifying|Download|Extracting|Pull|Already)/.exec(
      line,
    )?.[1] ?? /^Copying blob (?:sha256:)?([0-9a-f]{12})/.exec(line)?.[1]
  );
}

function allLines(log: string): string[] {
  return log.split('\n').flatMap(line => {
    if (line === '') return [];
    const event = parseCliLine(line);
    switch (event.type) {
      case 'start':
        return event.text.startsWith('Run: ') ? [`$ ${plainLines(event.text.slice(5)).join(' ')}`] : [];
      case 'raw':
        return plainLines(event.text);
      case 'text':
        return event.level >= 3 ? plainLines(event.text) : [];
      case 'progress':
        return event.status === 'failed' ? [`${event.name} failed`] : [];
      case 'stop':
        return [];
      case 'stray':
        return plainLines(event.text);
    }
  });
}
