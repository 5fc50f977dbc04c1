import CKernels

/// Makes the process end with one line on standard error and exit code 71 where an allocation fails, of a tensor or of
/// anything else; without it, one that is no tensor's ends it by a signal. A program calls it once, at its start.
package func exitWhenOutOfMemory() { ck_exit_when_out_of_memory() }
