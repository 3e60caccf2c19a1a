// "did you mean …": the nearest of the words that were possible.

/** Returns the candidate that `word` is most likely a slip of; undefined where none is near. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  // Comparing takes time in proportion to the length; no candidate is longer than 40.
  if (word.length > 64) return undefined;
  const wanted = letters(word);
  if (wanted === '') return undefined;
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const target = letters(candidate);
    if (Math.abs(target.length - wanted.length) > allowedSlips(target)) continue;
    const distance = editDistance(wanted, target);
    if (distance <= allowedSlips(target) && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
};

/** Renders the nearest candidate as the tail of a message, or nothing. */
export const didYouMean = (word: string, candidates: Iterable<string>): string => {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? '' : `; did you mean ${candidate}?`;
};

/** Case and separators are the commonest slips and count nothing. */
const letters = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The shorter a word, the more others are near it that mean something else. */
const allowedSlips = (word: string): number => (word.length <= 3 ? 0 : word.length <= 6 ? 1 : 2);

/** Counts insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
export const editDistance = (a: string, b: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let distance = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, beforeLast[j - 2]! + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
};
