// Stands in for the package `string-width` in the finished program (see build.ts): Ink then measures what
// the screens have laid out by the same rule. The package's own first look at a text with a `…` takes as long as all the
// rest of the first frame.
import { stripVTControlCharacters } from 'node:util';
import { textWidth } from '../tui/width.ts';

/** Counts the columns of a text; its escape sequences have none. */
const stringWidth = (text: string): number => textWidth(stripVTControlCharacters(text));

// biome-ignore lint/style/noDefaultExport: so does the package
export default stringWidth;
