// Whether and how to colour, decided as kubectl decides it (kubectl, pkg/cmd/util, AllowsColorOutput).

export type Paint = (color: Color, text: string) => string;
type Color = 'red' | 'yellow' | 'green' | 'dim';

const CODES: Readonly<Record<Color, string>> = { red: '31', yellow: '33', green: '32', dim: '2' };

/** Decides from the stream and the environment; NO_COLOR forbids colour even when it is empty. */
export const allowsColor = (
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): boolean =>
  stream.isTTY === true &&
  environment.TERM !== 'dumb' &&
  environment.NO_COLOR === undefined &&
  (environment.OS !== 'Windows_NT' || environment.WT_SESSION !== undefined);

/** Wraps a text that is already sanitized in a colour, or leaves it as it is. */
export const paintWith =
  (isColored: boolean): Paint =>
  (color, text) =>
    isColored && text !== '' ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text;
