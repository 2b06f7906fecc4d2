/**
 * A Dev Container Template: a folder with `devcontainer-template.json` whose other files are copied into a project,
 * with the values of its options put in. Format: containers.dev/implementors/templates.
 */
import * as z from 'zod';

/** Values are texts throughout, booleans too (`"true"`), because they are put into files as they are. */
const defaultSchema = z.union([z.string(), z.boolean()]).transform(String);

export const templateOptionSchema = z.object({
  type: z.enum(['string', 'boolean']),
  description: z.string().default(''),
  default: defaultSchema,
  /** Values to choose from; others are fine. */
  proposals: z.array(z.string()).optional(),
  /** The only values. */
  enum: z.array(z.string()).optional(),
});
export type TemplateOption = z.infer<typeof templateOptionSchema>;

/** What may stand between the braces of `${templateOption:…}`. */
const optionNameSchema = z.string().regex(/^\w+$/);

export const templateSchema = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  name: z.string().min(1),
  description: z.string().default(''),
  options: z.record(optionNameSchema, templateOptionSchema).default({}),
  keywords: z.array(z.string()).default([]),
  optionalPaths: z.array(z.string()).default([]),
});

export interface Template extends z.infer<typeof templateSchema> {
  /** Absolute. */
  readonly folder: string;
}

/** Option → value, as given by a person or a proposal. */
export type OptionValues = Readonly<Record<string, string>>;
