// Holds the state between the screens, which draw it, and the effects, which answer to it.
import { type Action, reduce } from './reduce.ts';
import type { State } from './state.ts';

export interface Store {
  readonly state: () => State;
  readonly dispatch: (action: Action) => void;
  /** Dispatches what the state gives cause to. */
  readonly answer: (actionsOf: (state: State) => readonly Action[]) => void;
  /** Calls back after each change; returns what ends it. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Makes a store; what goes wrong in it is told to `onFailure`, for who causes a change cannot mend it. */
export const createStore = (first: State, onFailure: (thrown: unknown) => void): Store => {
  let state = first;
  const listeners = new Set<() => void>();
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (thrown) {
      onFailure(thrown);
    }
  };
  const apply = (action: Action): void => {
    const next = reduce(state, action);
    if (next === state) return;
    state = next;
    for (const listener of [...listeners]) listener();
  };
  return {
    state: () => state,
    dispatch: (action) => attempt(() => apply(action)),
    answer: (actionsOf) => attempt(() => actionsOf(state).forEach(apply)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
