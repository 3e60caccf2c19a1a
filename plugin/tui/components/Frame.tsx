// One frame on the terminal: each line a text of its own, so that Ink writes only those that have changed.
import { Box, Text } from 'ink';
import type { Line } from '../line.ts';
import { paintLine, type Theme } from '../theme.ts';

export interface FrameProps {
  readonly lines: readonly Line[];
  readonly theme: Theme;
}

/** Draws lines, one below the other. */
export const Frame = ({ lines, theme }: FrameProps) => (
  <Box flexDirection="column">
    {lines.map((line, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen
      <Text key={index} wrap="truncate">
        {paintLine(withoutBlankEnd(line), theme) || ' '}
      </Text>
    ))}
  </Box>
);

/** Ink takes every character by itself, and leaves those at the end away that show nothing. */
const withoutBlankEnd = (line: Line): Line => {
  const last = line.findLastIndex(({ text, tone }) => tone !== 'plain' || /[^ ]/.test(text));
  return line
    .slice(0, last + 1)
    .map((one, index) =>
      index === last && one.tone === 'plain' ? { ...one, text: one.text.trimEnd() } : one,
    );
};
