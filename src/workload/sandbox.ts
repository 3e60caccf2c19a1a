// RuntimeClasses that put a kernel of their own between the container and the node's.

/** Tells whether a RuntimeClass's handler (or, where that cannot be read, its name) is gVisor or Kata Containers. */
export const isSandbox = (handler: string): boolean => /(^|[-_.])(runsc|gvisor|kata)($|[-_.])/.test(handler);
