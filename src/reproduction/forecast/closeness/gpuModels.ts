/**
 * Multiprocessors of GPU models, for a machine on which nobody has asked the GPU itself. Only models of which every card
 * of that name has the same number; what is not listed is not known.
 */

/** Undefined where the model is not listed. `name` as the driver tells it. */
export function multiprocessorsOf(name: string): number | undefined {
  return models.find(([pattern]) => pattern.test(name))?.[1];
}

/** By compute capability. Source: CUDA C++ Programming Guide, table "Technical Specifications per Compute Capability". */
export function threadsPerMultiprocessor(capability: string | undefined): number | undefined {
  return capability === undefined ? undefined : threads[capability];
}

const threads: Readonly<Record<string, number>> = {
  ...{ '5.0': 2048, '5.2': 2048, '6.0': 2048, '6.1': 2048, '7.0': 2048, '7.5': 1024 },
  ...{ '8.0': 2048, '8.6': 1536, '8.7': 1536, '8.9': 1536, '9.0': 2048, '10.0': 2048, '12.0': 1536 },
};

/** Source: NVIDIA's architecture whitepapers (Pascal to Hopper) and data sheets. */
const models: readonly (readonly [RegExp, number])[] = [
  [/\bH200\b/, 132],
  [/\bGH200\b/, 132],
  [/\bH100 PCIe\b/, 114],
  [/\bH100 (?:80GB HBM3|SXM5?|NVL)\b/, 132],
  [/\bA100\b/, 108],
  [/\bA800\b/, 108],
  [/\bA30\b/, 56],
  [/\bA40\b/, 84],
  [/\bA10\b/, 72],
  [/\bL40S?\b/, 142],
  [/\bL4\b/, 58],
  [/\bT4\b/, 40],
  [/\bV100\b/, 80],
  [/\bP100\b/, 56],
  [/\bRTX A6000\b/, 84],
  [/\bRTX 6000 Ada\b/, 142],
  [/\bRTX 4090\b(?! D| Laptop)/, 128],
  [/\bRTX 3090\b(?! Ti)/, 82],
  [/\bRTX 3090 Ti\b/, 84],
  [/\bRTX 2080 Ti\b/, 68],
];
