/**
 * Connections to an engine behind SSH: each is a process of the engine's own client (`docker system dial-stdio`), so
 * that the person's SSH configuration, keys and known hosts count, which a library of its own would pass over.
 */
import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';

export function dialStdioAgent(program: string, environment: Readonly<Record<string, string>>): Agent {
  return new DialStdioAgent(program, environment);
}

class DialStdioAgent extends Agent {
  readonly #program: string;
  readonly #environment: Readonly<Record<string, string>>;

  constructor(program: string, environment: Readonly<Record<string, string>>) {
    super({ keepAlive: false });
    this.#program = program;
    this.#environment = environment;
  }

  override createConnection(): Duplex {
    const child = spawn(this.#program, ['system', 'dial-stdio'], {
      env: { ...process.env, ...this.#environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString('utf8')).slice(-2000)));
    const line = Duplex.from({ readable: child.stdout, writable: child.stdin });
    child.on('error', error => line.destroy(error));
    child.on('close', code => {
      if (code !== 0 && code !== null)
        line.destroy(new Error(words.trim() || `${this.#program} ended with ${code}`));
    });
    line.on('close', () => child.kill());
    return line;
  }
}
