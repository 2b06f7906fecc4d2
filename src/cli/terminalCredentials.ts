/** Asks a person for a password that no configuration holds; nobody is asked where there is no terminal. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { CredentialSource } from '../data/remotes/objectStore.ts';
import type { CliContext } from './cliContext.ts';
import { printable } from './text/printable.ts';

export function terminalCredentials({ terminal }: CliContext): CredentialSource {
  return {
    async ask(remote, what) {
      if (!terminal.interactive || !terminal.liveErr) return undefined;
      terminal.err(`\r\u001b[K${printable(what)} for remote ${printable(remote.name)}: `);
      const answer = await readSilently();
      terminal.err('\n');
      return answer === '' ? undefined : answer;
    },
  };
}

/** One line from standard input that is not echoed. */
async function readSilently(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise(resolve => {
    reader.once('line', line => {
      resolve(line);
      reader.close();
    });
    reader.once('close', () => resolve(''));
    // In raw mode Ctrl-C is a key like any other: it goes to whoever waits for the signal.
    reader.once('SIGINT', () => {
      reader.close();
      process.kill(process.pid, 'SIGINT');
    });
  });
}
