import Foundation

/// Throws `TrainingError.invalidOption` where `bytes` are more than `available`, which is this computer's memory.
///
/// - Parameters:
///   - task: what takes them, to begin a sentence with.
///   - remedy: what takes less.
package func requireMemory(
  _ bytes: Double, for task: String, remedy: String,
  available: Double = Double(ProcessInfo.processInfo.physicalMemory)
) throws(TrainingError) {
  guard bytes <= available else {
    let size = String(format: "%.0f", (bytes / 0x1p30).rounded(.up))
    throw .invalidOption("\(task) takes about \(size) GiB, more than this computer's memory; \(remedy)")
  }
}
