// The root: keys and the terminal's size go into the store as actions, the state comes out as a frame.
import { useApp, useInput, useIsScreenReaderEnabled, useWindowSize } from 'ink';
import { useEffect, useSyncExternalStore } from 'react';
import { frameOf } from '../frame.ts';
import { actionsOf } from '../keys.ts';
import { pressOf } from '../press.ts';
import { readAloud } from '../spoken.ts';
import type { Store } from '../store.ts';
import type { Theme } from '../theme.ts';
import { Frame } from './Frame.tsx';

export interface AppProps {
  readonly store: Store;
  readonly theme: Theme;
}

/** Draws what the store holds and tells it what the user does. */
export const App = ({ store, theme }: AppProps) => {
  const state = useSyncExternalStore(store.subscribe, store.state);
  const isSpoken = useIsScreenReaderEnabled();
  const { columns, rows } = useWindowSize();
  const { exit } = useApp();
  useInput((input, key) => {
    for (const press of pressOf(input, key)) store.answer((state) => actionsOf(state, press));
  });
  useEffect(() => store.dispatch({ kind: 'resized', size: { columns, rows } }), [store, columns, rows]);
  useEffect(() => {
    if (state.isLeaving) exit();
  }, [state.isLeaving, exit]);
  return <Frame lines={isSpoken ? readAloud(state) : frameOf(state)} theme={theme} />;
};
