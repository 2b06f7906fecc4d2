/** `lockstep logs`: what a run printed, each stream on its own, in the order of arrival. */
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { followRun } from '../../execution/followRun.ts';
import { decodeLogTimes } from '../../execution/logTimes.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { runPaths } from '../../runs/runPaths.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import { readFile } from 'node:fs/promises';
import type { CliContext, Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { openRuns } from '../openRuns.ts';
import { newCommand, parseWords } from '../readWords.ts';
import { foreignLog } from '../text/foreignLog.ts';

export const logs: Subcommand = {
  name: 'logs',
  async run(words, context) {
    const parser = newCommand(
      'logs',
      'What a run printed: its standard output on standard output, its errors on standard error.',
      context,
    )
      .argument('<run>', '@1, an id, a part of one, or a name')
      .option('-f, --follow', 'go on until the run ends');
    if (!parseWords(parser, words)) return exitCodes.done;
    const { runs, project } = await openRuns(context);
    const paths = runPaths(project.store, await runs.resolve(parser.args[0] ?? ''));
    const write = writerOf(paths, context);
    const reached = await printSoFar(paths, write, context);
    if (parser.opts<{ follow?: boolean }>().follow === true)
      await followRun(paths, {
        from: reached,
        onOutput: (stream, chunk) => write(stream, chunk),
        signal: context.signal,
      });
    return exitCodes.done;
  },
};

type Stream = 'stdout' | 'stderr';

/** Resolves with how much of each stream was printed. A gigabyte passes through in pieces. */
async function printSoFar(
  paths: RunPaths,
  write: WriteLog,
  context: CliContext,
): Promise<Record<Stream, number>> {
  const times = decodeLogTimes(await readFile(paths.logTimes).catch(() => Buffer.alloc(0)));
  const files = { stdout: await openLog(paths.stdout), stderr: await openLog(paths.stderr) };
  const reached = { stdout: 0, stderr: 0 };
  try {
    const ends = {
      stdout: (await files.stdout?.stat())?.size ?? 0,
      stderr: (await files.stderr?.stat())?.size ?? 0,
    };
    for (const { stream, offset } of [...times].sort((a, b) => a.time - b.time))
      await printUpTo(stream, Math.min(offset, ends[stream]));
    for (const stream of ['stdout', 'stderr'] as const) await printUpTo(stream, ends[stream]);
  } finally {
    await Promise.all([files.stdout?.close(), files.stderr?.close()]);
  }
  return reached;

  async function printUpTo(stream: Stream, end: number): Promise<void> {
    while (reached[stream] < end) {
      const piece = Buffer.alloc(Math.min(pieceBytes, end - reached[stream]));
      const read = await files[stream]?.read(piece, 0, piece.length, reached[stream]);
      if (read === undefined || read.bytesRead === 0) return;
      write(stream, piece.subarray(0, read.bytesRead));
      await context.terminal.drained();
      reached[stream] += read.bytesRead;
    }
  }
}

const pieceBytes = 256 * 1024;

type WriteLog = (stream: Stream, bytes: Uint8Array) => void;

/** Every byte as it was printed; of a run that somebody else shared, only what no terminal obeys. */
function writerOf(paths: RunPaths, { terminal }: CliContext): WriteLog {
  const { out, err } = terminal;
  const raw: WriteLog = (stream, bytes) => (stream === 'stdout' ? out : err)(bytes);
  if (!existsSync(paths.shared)) return raw;
  const safe = { stdout: foreignLog(), stderr: foreignLog() };
  return (stream, bytes) => (stream === 'stdout' ? out : err)(safe[stream](bytes));
}

async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
