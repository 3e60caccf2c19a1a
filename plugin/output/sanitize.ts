// The one door through which text from nodes, the API, files and flags passes on its way to a terminal.
// Nothing that moves the cursor, hides, or reorders text survives; what was there stays visible as an escape.

/** Cc: ESC, CR, C1 …; Cf: bidi controls, zero-width and tag characters; Zl/Zp: line breaks; Cs: lone halves. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Escapes every control, format and bidi character, line breaks included: the result is one harmless line. */
export const sanitizeLine = (text: string): string => text.replace(UNSAFE, escapeCharacter);

/** Escapes as `sanitizeLine` does but keeps line breaks, for messages that are written over several lines. */
export const sanitizeText = (text: string): string => text.split('\n').map(sanitizeLine).join('\n');

/** Escapes the unsafe characters of finished JSON as `\uXXXX`: inside strings, so that parsing gives them back. */
export const sanitizeJson = (json: string): string =>
  json
    .split('\n')
    .map((line) => line.replace(UNSAFE, escapeCodeUnits))
    .join('\n');

// As kubectl writes them (cli-runtime, printers.TerminalEscaper), the rest as JSON would.
const escapeCharacter = (character: string): string => {
  if (character === '\u001b') return '^[';
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return ' ';
  return escapeCodeUnits(character);
};

const escapeCodeUnits = (character: string): string =>
  [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
