/** The root of the checkout, absolute: every script works from any current folder. */
import { dirname } from 'node:path';

export const projectRoot = dirname(import.meta.dirname);
