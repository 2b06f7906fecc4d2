/**
 * A colour of the theme as it can be drawn in thin lines: themes define some chart colours half transparent, and some
 * too close to the background. Hue is kept, contrast is at least 3 : 1 (WCAG 2.2, graphical objects).
 */

type Rgb = readonly [red: number, green: number, blue: number];

const leastContrast = 3;

/** `colour`, opaque, mixed with as much of `foreground` as it needs to stand out from `background`. */
export function legible(colour: string, foreground: string, background: string): string {
  const [wanted, text, behind] = [parse(colour), parse(foreground), parse(background)];
  if (wanted === undefined || text === undefined || behind === undefined) return colour;
  for (let share = 0; share < 1; share += 0.125) {
    const mixed = mix(wanted, text, share);
    if (contrast(mixed, behind) >= leastContrast) return `rgb(${mixed.join(' ')})`;
  }
  return foreground;
}

/** `colour` with so much of `other` in it, 0 to 1. */
export function blend(colour: string, other: string, share: number): string {
  const [a, b] = [parse(colour), parse(other)];
  return a === undefined || b === undefined ? colour : `rgb(${mix(a, b, share).join(' ')})`;
}

/** The hexadecimal and rgb() forms, the ones that VS Code writes; undefined for others. Transparency is dropped. */
function parse(colour: string): Rgb | undefined {
  const short = /^#([\da-f])([\da-f])([\da-f])[\da-f]?$/i.exec(colour);
  if (short !== null) return triple(short, digit => Number.parseInt(digit + digit, 16));
  const long = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})(?:[\da-f]{2})?$/i.exec(colour);
  if (long !== null) return triple(long, pair => Number.parseInt(pair, 16));
  const rgb = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(colour);
  return rgb === null ? undefined : triple(rgb, Number);
}

function triple(match: RegExpExecArray, value: (text: string) => number): Rgb {
  const [red = 0, green = 0, blue = 0] = match.slice(1).map(value);
  return [red, green, blue];
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2): number => Math.round(a[i] * (1 - share) + b[i] * share);
  return [part(0), part(1), part(2)];
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map(part => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
