// `help profiles`.

export const TEXT = `A seccomp profile is a file that says which system calls a container may make.
Kubernetes applies one of your own only if the file lies on the node already,
under the kubelet's seccomp root. $0 apply puts it there.

What a file may be:

  OCI JSON        What the runtimes read. It goes to the nodes byte for byte.
  Docker JSON     With includes, excludes, archMap, minKernel. containerd drops
                  those without a word; they are decided before the file is
                  sent, and the result is plain OCI JSON for each architecture.
  YAML            A SeccompProfile of the Security Profiles Operator, compiled
                  in the same way.

- is standard input. builtin:NAME is a profile that comes along, such as
builtin:kubernetes/default, which is what RuntimeDefault means; where a file can
stand, it can stand too.

From folder to pod:

  $0 apply -f profiles/ --name web

packs every file of the folder into the bundle web. On each node they then lie
in /var/lib/kubelet/seccomp/web/, and a pod or container names one of them:

  securityContext:
    seccompProfile:
      type: Localhost
      localhostProfile: web/nginx.json

YAML becomes a .json file of the same name. A pod that was waiting for the file
starts by itself. Containers that run keep the filter they started with.

Bundles and generations:

A bundle is a named set of profiles that is installed as a whole or not at all.
The same files give the same digest on every machine. What lies on a node under
one digest is a generation, web@1bdeb79acdbf006e; web is a link to the newest
one. To pin a generation for good, name it:

  localhostProfile: web@1bdeb79acdbf006e/nginx.json

Before it goes out:

  $0 lint profiles/               What is wrong, why, and how to mend it
  $0 explain profiles/web.json    What it does, in plain words
  $0 eval profiles/web.json clone a0=0x10000000
                                  What it does with one call, and which line says so
  $0 diff old.json new.json       What changes, call by call
`;
