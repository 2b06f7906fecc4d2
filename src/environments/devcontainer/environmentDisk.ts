/** What devcontainers take of the engine's disk: images, containers and volumes of this project, and what all projects share. */
import * as z from 'zod';
import { findContainers } from './containers.ts';
import { engineCommand } from './engineCommand.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';

export interface DiskPart {
  readonly kind: 'container' | 'image' | 'volume';
  /** What people call it. */
  readonly name: string;
  /** Bytes; of images with all layers, also those that others share. Undefined where the engine does not say. */
  readonly bytes?: number;
}

export interface EnvironmentDisk {
  /** Of this project. */
  readonly parts: readonly DiskPart[];
  /** Of all that the engine has: images, containers, volumes, build cache, in the engine's words. */
  readonly engine: readonly {
    readonly kind: string;
    readonly count: number;
    readonly size: string;
    readonly reclaimable: string;
  }[];
}

const sizedSchema = z.array(
  z.looseObject({
    Id: z.string(),
    SizeRw: z.number().optional(),
    Name: z.string(),
    Image: z.string(),
    Config: z.looseObject({ Image: z.string().nullish() }),
    Mounts: z.array(z.looseObject({ Type: z.string(), Name: z.string().optional() })).nullish(),
  }),
);

const totalSchema = z.looseObject({
  Type: z.string(),
  TotalCount: z.union([z.string(), z.number()]).optional(),
  Total: z.number().optional(),
  Size: z.union([z.string(), z.number()]).optional(),
  Reclaimable: z.union([z.string(), z.number()]).optional(),
});

export async function environmentDisk(request: EnvironmentRequest): Promise<EnvironmentDisk> {
  const { engine, root, variables, signal } = request;
  const call = { variables, signal, timeoutMs: 120_000 };
  const ids = (await findContainers(engine, root, call)).map(({ Id }) => Id);
  const sized =
    ids.length === 0
      ? []
      : sizedSchema.parse(
          JSON.parse(await engineCommand(engine, ['inspect', '--size', '--type', 'container', ...ids], call)),
        );
  const parts: DiskPart[] = [];
  for (const one of sized) {
    parts.push({
      ...{ kind: 'container', name: one.Name.replace(/^\//, '') },
      ...(one.SizeRw === undefined ? {} : { bytes: one.SizeRw }),
    });
    const size = Number(
      await engineCommand(engine, ['image', 'inspect', '--format', '{{.Size}}', one.Image], call).catch(
        () => '',
      ),
    );
    parts.push({
      ...{ kind: 'image', name: one.Config.Image ?? one.Image },
      ...(Number.isFinite(size) && size > 0 ? { bytes: size } : {}),
    });
    for (const { Type, Name } of one.Mounts ?? [])
      if (Type === 'volume' && Name !== undefined) parts.push({ kind: 'volume', name: Name });
  }
  return { parts, engine: await totals(request) };
}

async function totals({ engine, variables, signal }: EnvironmentRequest): Promise<EnvironmentDisk['engine']> {
  const text = await engineCommand(engine, ['system', 'df', '--format', '{{json .}}'], {
    ...{ variables, signal, timeoutMs: 120_000 },
  }).catch(() => '');
  return text.split('\n').flatMap(line => {
    try {
      const { Type, TotalCount, Total, Size, Reclaimable } = totalSchema.parse(JSON.parse(line));
      return [
        {
          kind: Type,
          count: Number(TotalCount ?? Total ?? 0),
          size: String(Size ?? ''),
          reclaimable: String(Reclaimable ?? ''),
        },
      ];
    } catch {
      return [];
    }
  });
}
