module kubectl-seccomp.release/containerd-default

go 1.26.6

require (
	github.com/opencontainers/runtime-spec v1.3.0
	golang.org/x/sys v0.48.0
)
