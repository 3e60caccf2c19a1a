// `help security`.

export const TEXT = `To write below the kubelet's root takes root on the node. This is what runs there.

The Job:

Its pod runs as root with all capabilities dropped, without privilege
escalation, under RuntimeDefault, with a read-only root file system, without a
service account token and without host namespaces. The only host path is the
seccomp root. It is deleted once its result is read.

--privilege privileged is for hosts that refuse this; nothing sets it by itself.

The program:

The image is a stock Node.js image; --image and --image-pull-secret name one of
your own registry. The program comes in a ConfigMap. A loader reads it once,
checks its SHA-256 against the one in the Job and runs that very buffer. Every
profile is checked by its hash before and after it is written.

On the node it checks in its own mount table that it was given the seccomp root
of its own kubelet. It follows no link and changes nothing that is not its own:
what others keep under the seccomp root is listed and left alone.

The install namespace:

kubectl-seccomp, or --install-namespace, holds the program, the bundles, the
records and a Lease per bundle. Whoever may create pods there is root on the
nodes: give nobody rights in it whom you would not give the nodes.

$0 uninstall removes every bundle, every label and the namespace, if this plugin
made it.

Your rights:

A rollout needs, in the cluster: nodes list and patch; namespaces create, once;
list of pods and of what makes pods, to see who uses a profile. In default:
events create. In the install namespace: namespaces get; configmaps create, get,
list, update, delete; pods create (only asked, never made), list, watch, delete;
pods/log get; events create, list, watch; jobs create, list, watch, delete;
leases create, get, update.

status needs nodes list and configmaps list in the install namespace.

--dry-run=server asks what would be refused, and changes nothing.

Profiles themselves:

A filter is only as good as what it refuses. See what a profile lets through,
the dangerous calls first, and how it stands against RuntimeDefault:

  $0 explain profiles/web.json
  $0 lint profiles/
`;
