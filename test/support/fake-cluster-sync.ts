// A `ClusterSync` in memory: it only remembers what was installed.
import type { ClusterSync, InstalledSync, SyncOrder } from '../../plugin/outside.ts';

export class FakeClusterSync implements ClusterSync {
  /** What `read` finds. */
  installed: InstalledSync | undefined;
  /** Set: what `read` throws. */
  refusal: Error | undefined;
  readonly orders: SyncOrder[] = [];
  removals = 0;

  async read(): Promise<InstalledSync | undefined> {
    if (this.refusal) throw this.refusal;
    return this.installed;
  }

  async install(order: SyncOrder): Promise<void> {
    this.orders.push(order);
    this.installed = { schedule: '* * * * *', isSuspended: false, isRunning: false };
  }

  async remove(): Promise<boolean> {
    this.removals += 1;
    const isAny = this.installed !== undefined;
    this.installed = undefined;
    return isAny;
  }
}
