// Lets several runs on one disk take turns, one call at a time, in an order that the test chooses.
import type { Disk } from '../../bootstrap/disk.ts';
import { isStagingName } from '../../src/protocol/layout.ts';
import { type DiskCall, tappedDisk } from './tapped-disk.ts';

/** Chooses who goes next among those that wait. */
export type Choose = (waiting: readonly number[]) => number;

/** Runs all to their end; `afterTurn` runs between turns. Only calls that others can notice are turns. */
export const takeTurns = async <Result>(
  disk: Disk,
  runs: readonly ((disk: Disk) => Promise<Result>)[],
  choose: Choose,
  afterTurn: () => void,
): Promise<Result[]> => {
  const waiting = new Map<number, () => void>();
  let settle: () => void = () => {};
  const results: Promise<Result>[] = [];
  const turnOf = async (index: number, start: () => void): Promise<void> => {
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    waiting.delete(index);
    start();
    await settled;
    afterTurn();
  };
  for (const [index, run] of runs.entries()) {
    const tapped = tappedDisk(disk, async (call): Promise<'go'> => {
      if (!isNoticed(call)) return 'go';
      await new Promise<void>((resume) => {
        waiting.set(index, resume);
        settle();
      });
      return 'go';
    });
    await turnOf(index, () => {
      results[index] = run(tapped).finally(() => settle());
    });
  }
  while (waiting.size > 0) {
    const next = choose([...waiting.keys()].sort());
    await turnOf(next, waiting.get(next)!);
  }
  return Promise.all(results);
};

const isNoticed = ({ name, path }: DiskCall): boolean => {
  if (['read', 'write', 'setMode', 'takeOwnership', 'sync', 'close'].includes(name)) return false;
  const [, , top = ''] = path.split('/');
  // What lies below a run's own staging name nobody else looks at; but for records, which newer runs revoke.
  return name === 'rename' || !isStagingName(top) || top.includes('.json.');
};
