// What a client says to a SOCKS 5 proxy (RFC 1928; user and password: RFC 1929). Reads not one byte more than the
// proxy's answers: what follows is the server's.
import { isIPv4, isIPv6, type Socket } from 'node:net';
import type { ProxyServer } from './proxy.ts';

/** A refusal in words of SOCKS. */
export class SocksRefusal extends Error {
  /** Another user or password may help. */
  readonly isAboutLogin: boolean;

  constructor(message: string, isAboutLogin = false) {
    super(message);
    this.name = 'SocksRefusal';
    this.isAboutLogin = isAboutLogin;
  }
}

const VERSION = 5;
const NO_LOGIN = 0;
const PASSWORD = 2;
const NOTHING_ACCEPTED = 0xff;
const CONNECT = 1;
const ADDRESS = { ipv4: 1, name: 3, ipv6: 4 } as const;
/** Of a user, a password, a name: their length is one byte. */
const FIELD_LIMIT_BYTES = 255;

type Read = (sizeBytes: number) => Promise<Buffer>;

/** RFC 1928, section 6. */
const REPLIES: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'its rules do not allow it',
  3: 'the network is unreachable',
  4: 'the host is unreachable',
  5: 'connection refused',
  6: 'the connection timed out',
  7: 'it does not know the command',
  8: 'it does not know this kind of address',
};

/** Has the proxy at the other end of `socket` connect it to `destination`; throws SocksRefusal where it won't. */
export const askSocks = async (
  socket: Socket,
  { host, port }: { readonly host: string; readonly port: number },
  login: ProxyServer['login'],
): Promise<void> => {
  const { read, end } = openReader(socket);
  const methods = login === undefined ? [NO_LOGIN] : [NO_LOGIN, PASSWORD];
  socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  const [version, method] = await read(2);
  if (version !== VERSION) throw new SocksRefusal('it does not speak SOCKS 5');
  if (method === PASSWORD && login !== undefined) await sendLogin(socket, read, login);
  else if (method === NOTHING_ACCEPTED) throw new SocksRefusal('it wants a user and a password', true);
  else if (method !== NO_LOGIN) throw new SocksRefusal(`it wants authentication of kind ${method}`);

  socket.write(Buffer.from([VERSION, CONNECT, 0, ...renderAddress(host), port >> 8, port & 0xff]));
  const [, reply = 1, , kind] = await read(4);
  if (reply !== 0) throw new SocksRefusal(REPLIES[reply] ?? `reply ${reply}`);
  // Where the proxy connected from, which nobody needs to know.
  const sizeBytes = kind === ADDRESS.ipv4 ? 4 : kind === ADDRESS.ipv6 ? 16 : (await read(1))[0]!;
  await read(sizeBytes + 2);
  end();
};

const sendLogin = async (
  socket: Socket,
  read: Read,
  { user, password }: NonNullable<ProxyServer['login']>,
): Promise<void> => {
  const fields = [Buffer.from(user), Buffer.from(password)];
  if (user === '' || fields.some(({ length }) => length > FIELD_LIMIT_BYTES)) {
    throw new SocksRefusal('user and password must have at most 255 bytes, the user at least one', true);
  }
  socket.write(Buffer.from([1, ...fields.flatMap((field) => [field.length, ...field])]));
  const [, status] = await read(2);
  if (status !== 0) throw new SocksRefusal('it does not accept the user and password', true);
};

/** A name is for the proxy to look up: it may be one that only its network knows. */
const renderAddress = (host: string): number[] => {
  if (isIPv4(host)) return [ADDRESS.ipv4, ...host.split('.').map(Number)];
  if (isIPv6(host)) return [ADDRESS.ipv6, ...parseIPv6(host)];
  const name = Buffer.from(host);
  if (name.length > FIELD_LIMIT_BYTES) throw new SocksRefusal('the name of the server is too long');
  return [ADDRESS.name, name.length, ...name];
};

/** Parses an address as URL writes it: hexadecimal throughout, at most one `::`. */
const parseIPv6 = (address: string): number[] => {
  const [before = [], after] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array<string>(8 - before.length - (after?.length ?? 0)).fill('0');
  const groups = after === undefined ? before : [...before, ...zeros, ...after];
  return groups.map((group) => Number.parseInt(group, 16)).flatMap((group) => [group >> 8, group & 0xff]);
};

/** Reads pieces of a size from a socket, however the network has cut them. */
const openReader = (socket: Socket) => {
  let buffered = Buffer.alloc(0);
  let isOver = false;
  let wake = () => {};
  const onData = (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    wake();
  };
  const onClose = () => {
    isOver = true;
    wake();
  };
  socket.on('data', onData).on('close', onClose).on('error', onClose);
  return {
    read: async (sizeBytes: number): Promise<Buffer> => {
      while (buffered.length < sizeBytes) {
        if (isOver) throw new SocksRefusal('it closed the connection');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const bytes = buffered.subarray(0, sizeBytes);
      buffered = buffered.subarray(sizeBytes);
      return bytes;
    },
    /** Leaves the socket to who talks next: that is always us, and so nothing can have come yet. */
    end: () => {
      socket.off('data', onData).off('close', onClose).off('error', onClose);
      if (buffered.length > 0) throw new SocksRefusal('it said more than it was asked');
    },
  };
};
