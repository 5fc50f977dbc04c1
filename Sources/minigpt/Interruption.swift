import Foundation
import Synchronization

/// Ctrl-C and SIGTERM: the first asks for an end at the next good moment, the second ends the process.
package enum Interruption {
  private static let wasRequested = Atomic(false)

  /// Whether an end was asked for.
  package static var isRequested: Bool { wasRequested.load(ordering: .relaxed) }

  /// From now on the first SIGINT or SIGTERM only sets `isRequested`.
  package static func startListening() {
    wasRequested.store(false, ordering: .relaxed)
    var action = sigaction()
    action.sa_flags = SA_RESTART
    let handler: @convention(c) (Int32) -> Void = { _ in
      signal(SIGINT, SIG_DFL)
      signal(SIGTERM, SIG_DFL)
      Interruption.wasRequested.store(true, ordering: .relaxed)
    }
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
    unblock()
  }

  /// A parent may have started the process with these signals blocked, as Foundation's `Process` does on a
  /// dispatch thread.
  private static func unblock() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Gives both signals their usual effect again.
  package static func stopListening() {
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
  }
}
