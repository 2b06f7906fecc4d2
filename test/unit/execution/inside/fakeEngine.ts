/** An engine as a supervisor sees it, on a socket: it answers what a test wants, also nothing at all. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { ContainerApi } from '../../../../src/execution/inside/containerApi.ts';

export interface FakeEngine extends Disposable {
  readonly api: ContainerApi;
  /** `POST /exec/x/start`, in order. */
  readonly asked: string[];
}

/** @param startedAt Of its only container. @param execute Answers what is executed; hangs when absent. */
export async function fakeEngine(
  folder: string,
  startedAt: string,
  execute: (answer: ServerResponse) => void = () => undefined,
): Promise<FakeEngine> {
  const asked: string[] = [];
  const server = createServer((question, answer) => {
    const line = `${question.method ?? ''} ${question.url ?? ''}`;
    asked.push(line);
    if (line.includes('/wait')) return;
    if (line.endsWith('/start')) execute(answer);
    else {
      const State = { Running: true, StartedAt: startedAt };
      answer.end(JSON.stringify({ Id: 'x', Image: 'i', Running: false, State, Config: {} }));
    }
  });
  const socket = join(folder, 'e.sock');
  server.listen(socket);
  await once(server, 'listening');
  return {
    api: new ContainerApi(`unix://${socket}`),
    asked,
    [Symbol.dispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
