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
  /** Gives the terminal back to the shell until this is continued; absent where that cannot be. */
  readonly suspend?: (() => Promise<void>) | undefined;
}

/** Draws what the store holds and tells it what the user does. */
export const App = ({ store, theme, suspend }: AppProps) => {
  const state = useSyncExternalStore(store.subscribe, store.state);
  const isSpoken = useIsScreenReaderEnabled();
  const { columns, rows } = useWindowSize();
  const { exit, suspendTerminal } = useApp();
  useInput((input, key) => {
    for (const press of pressOf(input, key)) store.answer((state) => actionsOf(state, press));
  });
  useEffect(() => store.dispatch({ kind: 'resized', size: { columns, rows } }), [store, columns, rows]);
  useEffect(() => {
    // What is thrown there ends nothing: the terminal is ours again either way.
    if (state.suspensions > 0 && suspend) suspendTerminal(suspend).catch(() => {});
  }, [state.suspensions, suspend, suspendTerminal]);
  useEffect(() => {
    if (state.isLeaving) exit();
  }, [state.isLeaving, exit]);
  if (isSpoken) return <Frame lines={readAloud(state)} theme={theme} />;
  // Wiped before it is left: tmux carries lines of a screen that became wider over to the shell's.
  return <Frame lines={state.isLeaving ? [] : frameOf(state)} theme={theme} />;
};
