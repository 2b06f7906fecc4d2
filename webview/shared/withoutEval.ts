/**
 * First import of every panel. zod tries `new Function` when an object schema is made, which the security policy
 * refuses and reports; told before the first schema, it does without.
 */
import * as z from 'zod';

z.config({ jitless: true });
