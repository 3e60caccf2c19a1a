// Which servers NO_PROXY spares the proxy, as golang.org/x/net/http/httpproxy reads it. Pure.
import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** Tells whether the server is to be reached directly: by an entry of NO_PROXY, or because it is this very machine. */
export const isProxyExempt = (server: URL, noProxy: string): boolean => {
  const host = server.hostname.replace(/^\[|\]$/g, '');
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  const isAddress = isIP(host) !== 0;
  if (host === 'localhost' || (isAddress && contains(LOOPBACK, host))) return true;
  const entries = noProxy.split(',').map((entry) => entry.trim().toLowerCase());
  return entries.some((entry) => entry === '*' || matches(entry, host, port, isAddress));
};

const matches = (entry: string, host: string, port: string, isAddress: boolean): boolean => {
  const range = parseRange(entry);
  if (range !== undefined) {
    // BlockList would have ::/0 cover IPv4.
    return isAddress && isIPv4(host) === isIPv4(range.address) && contains(range.list, host);
  }
  const [name, wantedPort] = splitPort(entry);
  if (wantedPort !== '' && wantedPort !== port) return false;
  if (isIP(name) !== 0) return isAddress && contains(listOf(name), host);
  if (isAddress || name === '') return false;
  const domain = name.startsWith('*.') ? name.slice(1) : name;
  const ascii = domainToASCII(domain) || domain;
  // `.x.y` spares what is below x.y; `x.y` also itself.
  return ascii.startsWith('.') ? host.endsWith(ascii) : host === ascii || host.endsWith(`.${ascii}`);
};

/** Splits `host:port` and `[address]:port`; what is neither is a host. */
const splitPort = (entry: string): readonly [host: string, port: string] => {
  const [, bracketed, plain, port = ''] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(entry) ?? [];
  const host = bracketed ?? plain;
  return host === undefined ? [entry, ''] : [host, port];
};

/** Parses `address/bits`; client-go forgives zeros before the numbers of an IPv4 address. */
const parseRange = (entry: string): { readonly address: string; readonly list: BlockList } | undefined => {
  const [, written = '', bits = ''] = /^([0-9a-f:.]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const address = written.includes(':') ? written : written.replace(/(^|\.)0+(?=\d)/g, '$1');
  const version = isIP(address);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family(address));
  return { address, list };
};

const family = (address: string) => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

const listOf = (address: string): BlockList => {
  const list = new BlockList();
  list.addAddress(address, family(address));
  return list;
};

const contains = (list: BlockList, address: string): boolean => list.check(address, family(address));

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const IPV4 = new BlockList();
IPV4.addSubnet('0.0.0.0', 0, 'ipv4');

/** Also of one that is written as IPv6, as ::ffff:10.0.0.1. */
const isIPv4 = (address: string): boolean => contains(IPV4, address);
