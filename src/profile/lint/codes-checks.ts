// The catalogue's part on the checks of what a profile becomes: what a runtime refuses (SP119), names and fields that are
// passed over (SP215 on), rules against one another (SP311 on) and architectures (SP411 on).
import type { CodeEntry } from './codes.ts';

export const CHECK_CODES = {
  SP119: {
    name: 'flag-refused',
    severity: 'error',
    why: 'The runtime of the node refuses every profile with this flag.',
    mend: 'Leave the flag out, or update the runtime.',
  },
  SP215: {
    name: 'ignored-by-containerd',
    severity: 'warning',
    why: "containerd reads the runtime specification's fields only, and drops Docker's without a word.",
    mend: 'Apply the file with this program, which compiles it, or convert it to plain OCI form.',
  },
  SP216: {
    name: 'syscall-of-other-architectures',
    severity: 'note',
    why: 'A name that an architecture does not have is passed over there.',
    mend: 'Nothing, if the profile is meant for other nodes too.',
  },
  SP217: {
    name: 'syscall-newer-than-libseccomp',
    severity: 'note',
    why: 'Runtimes pass over names that the libseccomp of their node does not know yet.',
    mend: 'Update libseccomp on the nodes, or choose a default that is right for the call.',
  },
  SP218: {
    name: 'ignored-by-cri-o',
    severity: 'warning',
    why: 'CRI-O knows no "minKernel" and drops it without a word.',
    mend: 'Apply the file with this program, which compiles it, or write one profile per kernel.',
  },
  SP311: {
    name: 'overlap',
    severity: 'warning',
    why: 'Where rules with different answers fit one call, libseccomp decides which one wins, not the order in the file.',
    mend: 'Make the conditions exclude each other, such as == tests of one argument for different values.',
  },
  SP312: {
    name: 'too-many-rules',
    severity: 'note',
    why: 'Comparing each rule with each takes too long here, so that overlaps of these rules are not told.',
    mend: 'Write fewer rules with conditions on one system call.',
  },
  SP313: {
    name: 'inexact-mixture',
    severity: 'warning',
    why: 'Of several rules with conditions other than equality libseccomp (up to 2.6.1) may make another filter than the file says.',
    mend: 'Use == and masks only, or one condition per rule with values below 2^32; eval says which calls are in doubt.',
  },
  SP314: {
    name: 'exception-to-the-default',
    severity: 'warning',
    why: 'Runtimes leave out a rule that says what the default says, so that it is no exception from the other rules.',
    mend: 'Put the exception into the conditions of the other rules, or change the default.',
  },
  SP315: {
    name: 'no-difference',
    severity: 'note',
    why: 'Without this rule the filter would be the same.',
    mend: 'Remove it, or leave it as a remark.',
  },
  SP316: {
    name: 'always-true',
    severity: 'warning',
    why: 'A condition that holds for every call makes the rule wider than it looks.',
    mend: 'Correct the condition, or remove it.',
  },
  SP317: {
    name: 'never-true',
    severity: 'warning',
    why: 'A condition that holds for no call makes the rule do nothing.',
    mend: 'Correct the condition, or remove the rule.',
  },
  SP318: {
    name: 'no-rule-counts',
    severity: 'error',
    why: 'Where a call that the architecture does not have has the fewest conditions, libseccomp (2.5.1 to 2.6.1) never looks at the number of a call, and every call gets the default.',
    mend: 'Take the names that the architecture does not have out of the rules, or give one call that it has a rule without conditions.',
  },
  SP411: {
    name: 'cut-to-32-bits',
    severity: 'warning',
    why: 'Where arguments have 32 bits, libseccomp cuts the value to that width and compares the rest.',
    mend: 'Leave that architecture out of the file, or write a smaller value.',
  },
  SP412: {
    name: 'arguments-out-of-sight',
    severity: 'note',
    why: 'Through socketcall and ipc the arguments lie in memory, where no filter sees them, and the conditions fall away.',
    mend: 'Leave that architecture out of the file if the conditions matter more than its programs.',
  },
  SP413: {
    name: 'architecture-not-covered',
    severity: 'note',
    why: 'Programs that call the kernel in a way that the filter does not cover are killed, even where the default is ALLOW.',
    mend: 'List the architecture if such programs are to run.',
  },
  SP414: {
    name: 'architecture-refused',
    severity: 'error',
    why: 'The runtime of the node refuses every profile that names this architecture.',
    mend: "Leave it out: the node's own architecture is always covered.",
  },
} as const satisfies Record<string, CodeEntry>;
