module kubectl-seccomp.test/pause

go 1.26.0
