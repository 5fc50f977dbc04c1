import Foundation
import Synchronization

/// Ctrl-C, SIGTERM and a closed terminal: the first asks for an end at the next good moment, the second ends the process.
package enum Interruption {
  private static let wasRequested = Atomic(false)

  /// Whether an end was asked for.
  package static var isRequested: Bool { wasRequested.load(ordering: .relaxed) }

  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// What a person reads at once; the step under way may take a while.
  private static let acknowledgement: StaticString = "\nFinishing this step and saving; Ctrl-C again leaves at once.\n"

  /// From now on the first of these signals only sets `isRequested`, and says so on standard error.
  package static func startListening() {
    wasRequested.store(false, ordering: .relaxed)
    var action = sigaction()
    action.sa_flags = SA_RESTART
    let handler: @convention(c) (Int32) -> Void = { _ in
      // Only calls that are safe in a signal handler.
      signal(SIGINT, SIG_DFL)
      signal(SIGTERM, SIG_DFL)
      signal(SIGHUP, SIG_DFL)
      Interruption.wasRequested.store(true, ordering: .relaxed)
      let text = Interruption.acknowledgement
      _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    for signal in signals { sigaction(signal, &action, nil) }
    unblock()
  }

  /// A parent may have started the process with these signals blocked, as Foundation's `Process` does on a
  /// dispatch thread.
  private static func unblock() {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Gives the signals their usual effect again.
  package static func stopListening() {
    for number in signals { signal(number, SIG_DFL) }
  }
}
