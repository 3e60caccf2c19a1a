// What a conversion did beyond writing the same down elsewhere.
import type { Located } from '../document.ts';

export interface Remark {
  /** `lost`: the other format cannot say it. `decided`: it depended on something, which was taken as the options say. */
  readonly kind: 'lost' | 'decided';
  /** In the profile's own text. */
  readonly at: Located;
  readonly message: string;
}

const MOST_NAMES = 8;

/** Renders the system calls of a rule, cut to a readable number. */
export const renderNames = (names: readonly string[]): string => {
  if (names.length === 0) return 'a rule without names';
  return names.length > MOST_NAMES
    ? `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`
    : names.join(', ');
};
