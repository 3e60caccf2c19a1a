// The body of a watch, cut into lines of JSON. Promises to hold one line at most, and no line longer than the limit.

/** Far more than etcd lets an object have; an endless line is no watch event. */
export const LINE_LIMIT_BYTES = 16 << 20;

/** The server sent something that is no watch event: where the watch stands is unknown from here on. */
export class BrokenStream extends Error {}

/** Yields each whole line parsed; what follows the last line break is a cut event and is dropped. */
export async function* readJsonLines(
  body: AsyncIterable<Uint8Array>,
  limitBytes = LINE_LIMIT_BYTES,
): AsyncGenerator<unknown> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      pending.push(chunk.subarray(start, end));
      const line = Buffer.concat(pending).toString('utf8');
      pending = [];
      pendingBytes = 0;
      start = end + 1;
      if (line.trim() !== '') yield parseLine(line);
    }
    const rest = chunk.subarray(start);
    if (rest.length > 0) pending.push(rest);
    pendingBytes += rest.length;
    if (pendingBytes > limitBytes) throw new BrokenStream(`a watch event is larger than ${limitBytes} bytes`);
  }
}

const NEWLINE = 0x0a;

const parseLine = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new BrokenStream('a watch event is not JSON', { cause });
  }
};
