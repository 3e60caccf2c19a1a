// `node --import tsx test/support/ui-pictures.ts`: draws the pictures of the documentation, docs/ui/*.svg, from the very
// frames that the UI draws over a recorded fleet. The same sources give the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { textWidth } from '../../plugin/output/width.ts';
import { frameOf } from '../../plugin/tui/frame.ts';
import type { Line, Tone } from '../../plugin/tui/line.ts';
import type { State } from '../../plugin/tui/state.ts';
import { press, sampleState } from './ui-samples.ts';
import { SCENES } from './ui-scenes.ts';

const WIDE = { columns: 110, rows: 24 };
const NARROW = { columns: 90, rows: 20 };

/** By the name of the file. */
export const PICTURES: Readonly<Record<string, () => State>> = {
  fleet: () => press(sampleState('fleet', { size: NARROW, nodes: 5000 }), 'bb', 'l'),
  bundle: () => SCENES.bundle(NARROW),
  profile: () => SCENES.profile(WIDE),
  rollout: () => SCENES.rollout(NARROW),
  workloads: () => SCENES.workloads(WIDE),
  diff: () => SCENES.diff(NARROW),
  preview: () => SCENES.preview(NARROW),
};

const CELL = { width: 8.4, height: 18 };
const MARGIN = 12;
const PAPER = '#1d1f28';

const INKS: Readonly<Record<Tone, string>> = {
  plain: '#d8dae5',
  good: '#7ecf8f',
  bad: '#f07a7a',
  warn: '#e6c35c',
  dim: '#8b8fa3',
  accent: '#6cc3d8',
  title: '#ffffff',
  selected: PAPER,
  changed: '#d79bf0',
};

/** Draws lines as a picture of a terminal with a dark background. */
export const renderSvg = (lines: readonly Line[], columns: number): string => {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="${PAPER}"/>`,
    '<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" xml:space="preserve">',
    ...lines.flatMap((line, index) => renderLine(line, MARGIN + index * CELL.height)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
};

const renderLine = (line: Line, top: number): string[] => {
  let column = 0;
  return line.flatMap(({ text, tone }) => {
    const from = (MARGIN + column * CELL.width).toFixed(1);
    const wide = textWidth(text);
    column += wide;
    const length = (wide * CELL.width).toFixed(1);
    const bar =
      tone === 'selected' && wide > 0
        ? [`<rect x="${from}" y="${top}" width="${length}" height="${CELL.height}" fill="${INKS.plain}"/>`]
        : [];
    if (text.trim() === '') return bar;
    const weight = tone === 'title' || tone === 'changed' ? ' font-weight="bold"' : '';
    // The length is given, so that the columns stay straight whatever the reader's font is.
    return [
      ...bar,
      `<text x="${from}" y="${top + 13}" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${INKS[tone]}"${weight}>${escapeXml(text)}</text>`,
    ];
  });
};

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../../docs/ui/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const [name, scene] of Object.entries(PICTURES)) {
    const state = scene();
    writeFileSync(`${folder}${name}.svg`, renderSvg(frameOf(state), state.size.columns));
    process.stdout.write(`docs/ui/${name}.svg\n`);
  }
}
