// Package kernelversion stands for containerd's own, so that one program answers for every kernel.
package kernelversion

// KernelVersion is what containerd calls a kernel's version: 4.8 is Kernel 4, Major 8.
type KernelVersion struct{ Kernel, Major uint64 }

var (
	// Current is the kernel that is answered for.
	Current KernelVersion
	// Asked holds every version that was compared with.
	Asked = map[KernelVersion]bool{}
)

// GreaterEqualThan says whether the kernel is at least of that version.
func GreaterEqualThan(minVersion KernelVersion) (bool, error) {
	Asked[minVersion] = true
	return Current.Kernel > minVersion.Kernel ||
		Current.Kernel == minVersion.Kernel && Current.Major >= minVersion.Major, nil
}
