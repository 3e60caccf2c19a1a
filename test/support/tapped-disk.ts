// A disk that tells of every call before it is made: tests count, delay, fail, ignore or kill at any of them.
import type { Disk, Handle } from '../../bootstrap/disk.ts';

export interface DiskCall {
  readonly name: keyof Disk | keyof Handle;
  readonly path: string;
}

/** `skip`: the call does nothing and claims success. */
export type Tap = (call: DiskCall) => Promise<'go' | 'skip'> | 'go' | 'skip';

/** Wraps a disk so that `tap` runs before each call on it and on its handles; what `tap` throws is the call's failure. */
export const tappedDisk = (disk: Disk, tap: Tap): Disk => {
  const wrap = <Target extends object>(target: Target, path: string | undefined): Target =>
    new Proxy(target, {
      get(_, name) {
        const method = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...parameters: unknown[]) => {
          const callPath = path ?? String(name === 'makeLink' ? parameters[1] : parameters[0]);
          if ((await tap({ name: name as DiskCall['name'], path: callPath })) === 'skip') return undefined;
          const result = await method.apply(target, parameters);
          return name === 'open' || name === 'create' ? wrap(result as Handle, callPath) : result;
        };
      },
    });
  return wrap(disk, undefined);
};
