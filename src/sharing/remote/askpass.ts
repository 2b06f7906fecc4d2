/**
 * An askpass program for git whose questions this process answers: a script of a few lines that carries the question here
 * over a socket and prints the answer. Only who knows a token is answered, no secret is in an environment or a file, and
 * where nobody answers the script ends at once, so git never waits for nobody.
 */
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

export interface Askpass extends AsyncDisposable {
  /** For the environment of git, whose questions then bear this token. */
  variables(token: string): NodeJS.ProcessEnv;
}

/**
 * Of a question as git puts it; undefined refuses. Nobody waits any more once the signal is aborted.
 */
export type AnswerQuestion = (
  token: string,
  question: string,
  signal: AbortSignal,
) => Promise<string | undefined>;

/** A question, after the line of its token and up to a zero. */
const mostBytes = 16 * 1024;

export async function openAskpass(answer: AnswerQuestion): Promise<Askpass> {
  // Nobody else gets into it.
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-ask-'));
  const [script, program] = [join(folder, 'ask.sh'), join(folder, 'ask.cjs')];
  const address = process.platform === 'win32' ? `\\\\.\\pipe\\${basename(folder)}` : join(folder, 'socket');
  await writeFile(script, scriptText);
  await chmod(script, 0o700);
  await writeFile(program, programText);
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, socket => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    serve(socket, answer);
  });
  server.listen(address);
  await once(server, 'listening');
  // An editor that is closed need not wait for it.
  server.unref();
  return {
    variables: token => ({
      GIT_ASKPASS: script,
      LOCKSTEP_ASKPASS_NODE: process.execPath,
      LOCKSTEP_ASKPASS_PROGRAM: program,
      LOCKSTEP_ASKPASS_ADDRESS: address,
      LOCKSTEP_ASKPASS_TOKEN: token,
    }),
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function serve(socket: Socket, answer: AnswerQuestion): void {
  const gone = new AbortController();
  let text = '';
  let asked = false;
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    if (text.length > mostBytes) socket.destroy();
    if (asked || !text.includes('\0')) return;
    asked = true;
    void answerText(text, answer, gone.signal).then(said => socket.end(said));
  });
  socket.on('close', () => gone.abort());
  socket.on('end', () => gone.abort());
  socket.on('error', () => socket.destroy());
}

/** What goes back; '' where there is no answer. */
async function answerText(text: string, answer: AnswerQuestion, signal: AbortSignal): Promise<string> {
  const lineEnd = text.indexOf('\n');
  try {
    const said = await answer(text.slice(0, lineEnd), text.slice(lineEnd + 1, text.indexOf('\0')), signal);
    // A line end would be a second answer.
    return said === undefined || /[\r\n]/.test(said) ? '' : `${said}\n`;
  } catch {
    return '';
  }
}

const scriptText = `#!/bin/sh
ELECTRON_RUN_AS_NODE=1 exec "$LOCKSTEP_ASKPASS_NODE" "$LOCKSTEP_ASKPASS_PROGRAM" "$@"
`;

const programText = `'use strict';
const { LOCKSTEP_ASKPASS_ADDRESS: address, LOCKSTEP_ASKPASS_TOKEN: token } = process.env;
process.exitCode = 1;
const socket = require('node:net').connect(address, () =>
  socket.write(token + '\\n' + (process.argv[2] || '') + '\\0'));
let text = '';
socket.setEncoding('utf8').on('data', part => (text += part));
socket.on('error', () => undefined);
socket.on('end', () => {
  socket.end();
  if (text === '') return;
  process.exitCode = 0;
  process.stdout.write(text);
});
`;
