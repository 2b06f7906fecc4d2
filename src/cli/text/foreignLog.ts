/**
 * What a program of a stranger printed, safe for this terminal: text, line ends, tabs and colours pass; what sets the
 * title, the clipboard or the cursor, or asks the terminal to answer, does not. Invariant: how it is cut into pieces
 * changes nothing.
 */

/** A filter with the memory of one stream: pieces of UTF-8 in, what may be printed out. */
export function foreignLog(): (piece: Uint8Array) => string {
  const decoder = new TextDecoder();
  let state: 'text' | 'escape' | 'sequence' | 'string' = 'text';
  /** Of a sequence that may turn out to be a colour. */
  let parameters = '';
  const take = (character: string): string => {
    switch (state) {
      case 'text':
        if (character === '\u001b') state = 'escape';
        else if (character === '\u009b') startSequence();
        else if (stringStarts8.test(character)) state = 'string';
        else return hidden.test(character) ? '' : character;
        return '';
      case 'escape':
        state = 'text';
        if (character === '[') startSequence();
        else if (stringStarts.test(character)) state = 'string';
        // Of two characters, or of several whose last is below: ESC ( B.
        else if (/[ -/]/.test(character)) state = 'escape';
        else if (controls.test(character)) return take(character);
        return '';
      case 'sequence':
        if (/[ -?]/.test(character) && parameters.length < longestSequence) {
          parameters += character;
          return '';
        }
        state = 'text';
        if (character === 'm' && /^[\d;:]*$/.test(parameters)) return `\u001b[${parameters}m`;
        return controls.test(character) ? take(character) : '';
      case 'string':
        // A line end ends it, too, so that a string without an end hides one line at most.
        if (character === '\u0007' || character === '\u009c' || character === '\n') state = 'text';
        else if (character === '\u001b') state = 'escape';
        return character === '\n' ? character : '';
    }
  };
  const startSequence = (): void => {
    parameters = '';
    state = 'sequence';
  };
  return piece => {
    const text = decoder.decode(piece, { stream: true });
    if (state === 'text' && !hidden.test(text)) return text;
    return Array.from(text, take).join('');
  };
}

const longestSequence = 64;
/** OSC, DCS, SOS, PM and APC. */
const stringStarts = /[\]PX^_]/;
const stringStarts8 = /[\u009d\u0090\u0098\u009e\u009f]/;
// eslint-disable-next-line no-control-regex -- control characters are what this is about
const controls = /[\u0000-\u001f\u007f-\u009f]/;
/** Controls but tab, line feed and carriage return; what turns the direction of text. */
const hidden =
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
