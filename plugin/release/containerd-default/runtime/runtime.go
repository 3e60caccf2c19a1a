// Package runtime stands for Go's own in containerd's source, so that one program answers for every architecture.
package runtime

// GOARCH is the architecture that is answered for.
var GOARCH = "amd64"
