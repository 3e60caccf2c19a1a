// What the current place needs to be read, as data; effects.ts reads what is not there yet.
import type { Place } from './place.ts';
import { usersOf } from './screens/bundle.ts';
import { diffWords } from './screens/diff.ts';
import { explainWords, lintWords, profileSubject } from './screens/profile.ts';
import { evalWords } from './screens/profile-words.ts';
import { currentVisit, type State } from './state.ts';
import { rehearsalOf } from './words.ts';

export type Need =
  /** A verb's answer. */
  | { readonly kind: 'ask'; readonly words: readonly string[] }
  | { readonly kind: 'profile'; readonly bundle: string; readonly revision: number; readonly path: string }
  | { readonly kind: 'folder'; readonly folder: string };

/** Returns what the state needs now. */
export const needsOf = (state: State): readonly Need[] => needsOfPlace(state, currentVisit(state).place);

const needsOfPlace = (state: State, place: Place): readonly Need[] => {
  switch (place.screen) {
    case 'bundle':
      return [ask(usersOf(place.bundle))];
    case 'profile':
      return needsOfProfile(state, place);
    case 'diff':
      return [ask(diffWords(place))];
    case 'command':
      return [ask(place.words)];
    case 'preview': {
      const rehearsal = rehearsalOf(place.words);
      return rehearsal === undefined ? [] : [ask(rehearsal)];
    }
    case 'files':
      return [{ kind: 'folder', folder: place.folder }];
    default:
      return [];
  }
};

const needsOfProfile = (
  state: State,
  place: Extract<Place, { readonly screen: 'profile' }>,
): readonly Need[] => {
  const subject = profileSubject(state, place);
  if (subject === undefined) return [];
  const asked = evalWords(state, place);
  return [
    { kind: 'profile', bundle: place.bundle, revision: subject.revision, path: place.path },
    ask(explainWords(subject.file)),
    ask(lintWords(subject.file)),
    ...(asked === undefined ? [] : [ask(asked.words)]),
  ];
};

const ask = (words: readonly string[]): Need => ({ kind: 'ask', words });
