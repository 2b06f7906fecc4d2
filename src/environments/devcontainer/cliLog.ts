/**
 * One line of what `devcontainer --log-format json` writes to standard error (`LogEvent` in its src/spec-utils/log.ts).
 * Invariant: every line is something; what is no event of the program is `stray` text (stacks, warnings of Node).
 */
import * as z from 'zod';

const eventSchema = z.union([
  z.object({ type: z.literal('text'), level: z.number(), text: z.string() }),
  // What a program printed.
  z.object({ type: z.literal('raw'), level: z.number(), text: z.string(), channel: z.string().optional() }),
  z.object({ type: z.literal('start'), level: z.number(), text: z.string() }),
  z.object({ type: z.literal('stop'), level: z.number(), text: z.string() }),
  z.object({
    type: z.literal('progress'),
    name: z.string(),
    status: z.string(),
    stepDetail: z.string().optional(),
  }),
]);

export type CliEvent = z.infer<typeof eventSchema> | { readonly type: 'stray'; readonly text: string };

export function parseCliLine(line: string): CliEvent {
  if (line.startsWith('{'))
    try {
      const parsed = eventSchema.safeParse(JSON.parse(line));
      if (parsed.success) return parsed.data;
    } catch {
      // Half a line, or a program that prints braces: told as it is.
    }
  return { type: 'stray', text: line };
}

/** Docker's advice about its builder, and what the devcontainer program misses without a network: nobody can follow either here. */
export function isNoise(line: string): boolean {
  return /^DEPRECATED: The legacy builder is deprecated|^\s*Install the buildx component to build images|^\s*https:\/\/docs\.docker\.com\/go\/buildx\/?$|^Failed to fetch control manifest/.test(
    line,
  );
}

/** The text without colours, cursor movements and carriage returns, as lines; empty ones are left out. */
export function plainLines(text: string): string[] {
  return withoutColours(text)
    .split(/[\r\n]+/)
    .map(line => line.trimEnd())
    .filter(line => line !== '');
}

export function withoutColours(text: string): string {
  // eslint-disable-next-line no-control-regex -- control sequences are what this takes out
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007]*\u0007/g, '');
}

const resultSchema = z.looseObject({
  outcome: z.string(),
  message: z.string().optional(),
  description: z.string().optional(),
  containerId: z.string().optional(),
  remoteUser: z.string().optional(),
  remoteWorkspaceFolder: z.string().optional(),
  imageName: z.union([z.string(), z.array(z.string())]).optional(),
  mergedConfiguration: z.looseObject({}).optional(),
});
export type CliResult = z.infer<typeof resultSchema>;

/** The document that `up` and `build` end with: the last line that is one. Undefined where there is none. */
export function parseCliResult(stdout: string): CliResult | undefined {
  for (const line of stdout.split('\n').reverse()) {
    if (!line.startsWith('{')) continue;
    try {
      const parsed = resultSchema.safeParse(JSON.parse(line));
      if (parsed.success) return parsed.data;
    } catch {
      // Not this line.
    }
  }
  return undefined;
}
