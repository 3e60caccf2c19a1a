// Draws lines of the UI as a picture of a terminal, for pages that are light or dark. Every run of letters has its place
// and length, so that columns stay straight whatever the reader's font is.
import { textWidth } from '../../plugin/output/width.ts';
import type { Line, Tone } from '../../plugin/tui/line.ts';

const CELL = { width: 8.4, height: 18 };
const MARGIN = 14;
const BASELINE = 13;
const PAPER = '#1d1f28';
const EDGE = '#4a4d5e';

const INKS: Readonly<Record<Tone, string>> = {
  plain: '#d8dae5',
  good: '#7ecf8f',
  bad: '#f58585',
  warn: '#e6c35c',
  dim: '#9a9eb2',
  accent: '#6cc3d8',
  title: '#ffffff',
  selected: PAPER,
  changed: '#d79bf0',
};

const CLASSES = Object.keys(INKS) as Tone[];
const BOLD: readonly Tone[] = ['title', 'changed'];

/** Renders lines of `columns` columns as SVG; the same lines give the same bytes. */
export const renderSvg = (lines: readonly Line[], columns: number, title: string): string => {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}${CLASSES.map(styleOf).join('')}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${PAPER}" stroke="${EDGE}"/>`,
    ...lines.flatMap((line, index) => renderLine(line, MARGIN + index * CELL.height)),
    '</svg>',
    '',
  ].join('\n');
};

const classOf = (tone: Tone): string => String.fromCharCode(97 + CLASSES.indexOf(tone));

const styleOf = (tone: Tone): string =>
  `.${classOf(tone)}{fill:${INKS[tone]}${BOLD.includes(tone) ? ';font-weight:bold' : ''}}`;

const renderLine = (line: Line, top: number): string[] => {
  let column = 0;
  return line.flatMap(({ text, tone }) => {
    const from = column;
    column += textWidth(text);
    const bar =
      tone === 'selected'
        ? [
            `<rect x="${at(from)}" y="${top}" width="${length(column - from)}" height="${CELL.height}" fill="${INKS.plain}"/>`,
          ]
        : [];
    return [...bar, ...runsOf(text).map(([offset, run]) => renderRun(run, from + offset, top, tone))];
  });
};

/** Words of ASCII by themselves, and every other character, which another font may have to draw. */
const runsOf = (text: string): readonly (readonly [column: number, run: string])[] =>
  [...text.matchAll(/[!-~]+(?: [!-~]+)*|[^ -~]/gu)].map((found) => [
    textWidth(text.slice(0, found.index)),
    found[0],
  ]);

const renderRun = (run: string, column: number, top: number, tone: Tone): string => {
  if (run === '│') {
    // As a line: letters of it would leave gaps between the rows.
    const middle = at(column + 0.5);
    return `<path d="M${middle} ${top}v${CELL.height}" stroke="${INKS[tone]}" stroke-opacity=".5"/>`;
  }
  return `<text x="${at(column)}" y="${top + BASELINE}" class="${classOf(tone)}" textLength="${length(textWidth(run))}" lengthAdjust="spacingAndGlyphs">${escapeXml(run)}</text>`;
};

const at = (column: number): string => (MARGIN + column * CELL.width).toFixed(1);

const length = (columns: number): string => (columns * CELL.width).toFixed(1);

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
