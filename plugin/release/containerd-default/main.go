// Prints what containerd's default seccomp profile is on each architecture and kernel and with each capability. The
// package containerd/ isn't here: it is contrib/seccomp/seccomp_default.go of the version that is asked, laid over by
// ../containerd-default.ts, with the two packages beside this file in place of those that ask the machine.
package main

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"kubectl-seccomp.release/containerd-default/containerd"
	"kubectl-seccomp.release/containerd-default/kernelversion"
	"kubectl-seccomp.release/containerd-default/runtime"
)

// run is one answer; Rules are places in output.Rules.
type run struct {
	Architecture  string                      `json:"architecture"`
	Kernel        kernelversion.KernelVersion `json:"kernel"`
	Capabilities  []string                    `json:"capabilities"`
	DefaultAction specs.LinuxSeccompAction    `json:"defaultAction"`
	DefaultErrno  *uint                       `json:"defaultErrnoRet,omitempty"`
	Flags         []specs.LinuxSeccompFlag    `json:"flags,omitempty"`
	Architectures []specs.Arch                `json:"architectures"`
	Rules         []int                       `json:"rules"`
}

type output struct {
	Rules []json.RawMessage `json:"rules"`
	Runs  []run             `json:"runs"`
}

func profileOf(architecture string, kernel kernelversion.KernelVersion, capabilities []string) *specs.LinuxSeccomp {
	runtime.GOARCH = architecture
	kernelversion.Current = kernel
	return seccomp.DefaultProfile(&specs.Spec{
		Process: &specs.Process{Capabilities: &specs.LinuxCapabilities{Bounding: capabilities}},
	})
}

// main takes the architectures and the capabilities, each as one argument with commas.
func main() {
	architectures := strings.Split(os.Args[1], ",")
	capabilities := strings.Split(os.Args[2], ",")
	for _, architecture := range architectures {
		profileOf(architecture, kernelversion.KernelVersion{}, capabilities)
	}
	kernels := []kernelversion.KernelVersion{{}}
	for kernel := range kernelversion.Asked {
		kernels = append(kernels, kernel)
	}
	sets := [][]string{{}, capabilities}
	for _, capability := range capabilities {
		sets = append(sets, []string{capability})
	}
	var printed output
	places := map[string]int{}
	for _, architecture := range architectures {
		for _, kernel := range kernels {
			for _, set := range sets {
				profile := profileOf(architecture, kernel, set)
				one := run{
					Architecture:  architecture,
					Kernel:        kernel,
					Capabilities:  set,
					DefaultAction: profile.DefaultAction,
					DefaultErrno:  profile.DefaultErrnoRet,
					Flags:         profile.Flags,
					Architectures: profile.Architectures,
				}
				for _, rule := range profile.Syscalls {
					text, err := json.Marshal(rule)
					if err != nil {
						panic(err)
					}
					place, isKnown := places[string(text)]
					if !isKnown {
						place = len(printed.Rules)
						places[string(text)] = place
						printed.Rules = append(printed.Rules, text)
					}
					one.Rules = append(one.Rules, place)
				}
				printed.Runs = append(printed.Runs, one)
			}
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(printed); err != nil {
		panic(err)
	}
}
