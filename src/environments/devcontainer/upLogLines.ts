/** The log of the devcontainer program as a person reads it: commands, what they printed, what went wrong; no housekeeping. */
import { parseCliLine, plainLines } from './cliLog.ts';

export function upLogLines(log: string): string[] {
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
