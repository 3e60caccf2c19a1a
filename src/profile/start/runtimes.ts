// The runtimes that start containers, and the versions at which they begin to treat a profile otherwise. Measured on runc
// 1.1.5, 1.1.15, 1.2.8, 1.3.6 and 1.5.2 and crun 1.8.1, 1.21 and 1.28; between those, read in their histories.

export interface Runtime {
  readonly name: 'runc' | 'crun';
  /** Its own, e.g. `1.3.6`; absent where nobody knows. */
  readonly version?: string;
}

/** One version for each way in which a runtime treats profiles, oldest first; a newer one is taken for the last. */
const TURNS: Readonly<Record<Runtime['name'], readonly string[]>> = {
  // 1.1.3: KILL_PROCESS and KILL_THREAD; 1.1.8: riscv64; 1.2: flags; 1.2.8 and 1.3.3: it checks /proc before each use,
  // and insists on openat2 for it until 1.2.9 and 1.3.4; 1.5: loongarch64, WAIT_KILLABLE_RECV.
  runc: [
    ...['1.1.0', '1.1.3', '1.1.5', '1.1.8', '1.1.15'],
    ...['1.2.8', '1.2.9', '1.3.0', '1.3.3', '1.3.4', '1.4.0', '1.5.0'],
  ],
  // 1.21: quoted names in its messages; 1.28: reads JSON by json-c instead of yajl.
  crun: ['1.8.1', '1.21', '1.28'],
};

/** Those that a node of today may have; older ones are asked about by their version only. */
const OLDEST_CURRENT: Readonly<Record<Runtime['name'], string>> = { runc: '1.1.15', crun: '1.8.1' };

/** Says whether a version is that one or newer; only its numbers count, so that a distribution's suffix does no harm. */
export const isAtLeast = (version: string, wanted: string): boolean => {
  const [have, want] = [version, wanted].map(numbersOf) as [number[], number[]];
  const at = want.findIndex((number, index) => number !== (have[index] ?? 0));
  return at < 0 || (have[at] ?? 0) > want[at]!;
};

const numbersOf = (version: string): number[] =>
  (/\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);

/** Lists the versions that a runtime may have: its own where it is known, else one of each kind in use. */
export const versionsOf = ({ name, version }: Runtime): readonly string[] =>
  version === undefined ? TURNS[name].filter((one) => isAtLeast(one, OLDEST_CURRENT[name])) : [version];
