/** `lockstep doctor --json`. */
import * as z from 'zod';

export const doctorCheckSchema = z.object({
  name: z.string(),
  /** `warning`: Lockstep works, and something will be missed. `missing`: something cannot work. */
  status: z.enum(['good', 'warning', 'missing']),
  /** What was found. */
  found: z.string(),
  /** The command or act that mends it. */
  mend: z.string().optional(),
});
export type DoctorCheck = z.infer<typeof doctorCheckSchema>;

export const doctorOutputSchema = z.object({
  schemaVersion: z.literal(1),
  checks: z.array(doctorCheckSchema),
});
export type DoctorOutput = z.infer<typeof doctorOutputSchema>;
