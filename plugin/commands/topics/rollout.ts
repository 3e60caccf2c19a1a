// `help rollout`.

export const TEXT = `One short-lived Job per node puts the files there; then nothing keeps running.

Revisions:

Every apply of new content, and every delete, is a revision: web@v3. It is
recorded in the install namespace with its nodes, their outcome, who and when.

  $0 status web          Which node has what, from labels and records
  $0 verify web          The same, asked of the disks
  $0 history web         What was rolled out, and what it changed
  $0 rollback web --to 2 Back to what revision 2 held

Applying the same content again takes up only nodes that miss it or failed. A
node that is not ready is pending: run the same command again once it is.

Waves:

  $0 apply -f profiles/ --name web --waves 1,10%,100%

goes to one node, then to a tenth of them, then to all. After each wave it
looks, for --pause, at the containers there that use the bundle. One that cannot
be created, cannot start or crashes since the change stops the rollout.

  --on-failure stop|rollback|continue   What then; stop is the default
  --max-failures 2                      How many nodes may fail before no more are begun
  --min-starts 3 --start-timeout 10m    Wait until so many containers have started
                                        under the new content: those that run keep
                                        their old filter and prove nothing

A policy file:

What a team has agreed on stands in a file, each field as the flag of the same
name. Flags beside it win.

  $0 apply -f profiles/ --name web --rollout-policy rollout.yaml

  # rollout.yaml
  apiVersion: kubectl-seccomp/v1
  kind: RolloutPolicy
  waves: [1, 10%, 100%]
  pause: 1m
  maxFailures: 0
  onFailure: rollback
  minStarts: 1
  startTimeout: 10m

apiVersion and kind must be there, everything else may be left out; what is not
known is refused, with its line. JSON will do too.

In use:

An apply that changes or removes a profile in use, and a delete, refuse and list
who uses it. Waves, which watch those users, allow the change; so does --force.

Interrupted:

Ctrl-C stops launching, cleans up and records the revision as interrupted; exit
code 130. A node killed at any instant has the old state or the new one. The
same command again goes on where it ended.

Exit codes:

  0    Done
  1    A node failed or is pending, or the rollout was stopped
  2    The command line made no sense, or an answer was not given
  130  Interrupted
`;
