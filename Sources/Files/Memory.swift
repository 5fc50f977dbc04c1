import Foundation

/// What is asked for takes more memory than this process may have.
public struct MemoryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What takes it, to begin a sentence with.
  public let task: String
  /// How much it takes, and how much there is, in bytes.
  public let byteCount, limit: Double
  /// What takes less.
  public let remedy: String

  /// What takes how much, how much there is, and the way out. Names of settings stand between backquotes.
  public var description: String {
    "\(task) takes about \(Self.size(byteCount)), more than the \(Self.size(limit)) that there are; \(remedy)"
  }

  private static func size(_ bytes: Double) -> String {
    bytes < 0x1p30
      ? String(format: "%.0f MiB", (bytes / 0x1p20).rounded(.up)) : String(format: "%.1f GiB", bytes / 0x1p30)
  }
}

/// How much memory this process may have.
package enum Memory {
  /// The least of this computer's memory, the process's own limits (`ulimit -v`, `-d`) and its control groups', in bytes.
  package static let limit = [
    Double(ProcessInfo.processInfo.physicalMemory), resourceLimit(RLIMIT_AS), resourceLimit(RLIMIT_DATA),
    ControlGroup.memoryLimit,
  ].compactMap(\.self).reduce(.infinity, min)

  /// Whether the system promises so much memory now; nothing is kept of it.
  package static func isGranted(_ byteCount: Int) -> Bool {
    guard byteCount > 0 else { return true }
    let start = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let start, start != MAP_FAILED else { return false }
    munmap(start, byteCount)
    return true
  }

  /// Nil where there is none.
  private static func resourceLimit(_ resource: Resource) -> Double? {
    var limit = rlimit()
    #if canImport(Darwin)
      let result = getrlimit(resource, &limit)
    #else
      let result = getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    #endif
    return result == 0 && limit.rlim_cur < UInt64(Int64.max) ? Double(limit.rlim_cur) : nil
  }

  #if canImport(Darwin)
    private typealias Resource = Int32
  #else
    private typealias Resource = __rlimit_resource
  #endif
}

/// Throws where `bytes` are more than `available`.
///
/// - Parameters:
///   - task: what takes them, to begin a sentence with.
///   - remedy: what takes less.
package func requireMemory(
  _ bytes: Double, for task: String, remedy: String, available: Double = Memory.limit
) throws(MemoryError) {
  guard bytes <= available else {
    throw MemoryError(task: task, byteCount: bytes, limit: available, remedy: remedy)
  }
}

/// The control groups that Linux has put this process into.
private enum ControlGroup {
  /// The least limit of the process's group and those above it, in bytes; nil where there is none.
  static var memoryLimit: Double? {
    guard let table = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8) else { return nil }
    return table.split(separator: "\n").compactMap(limit).min()
  }

  /// Version 2 has lines `0::/path`, version 1 `5:memory:/path`.
  private static func limit(of line: Substring) -> Double? {
    let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3 else { return nil }
    if fields[0] == "0", fields[1].isEmpty { return limit(of: fields[2], in: "/sys/fs/cgroup", file: "memory.max") }
    guard fields[1].split(separator: ",").contains("memory") else { return nil }
    return limit(of: fields[2], in: "/sys/fs/cgroup/memory", file: "memory.limit_in_bytes")
  }

  private static func limit(of group: Substring, in root: String, file: String) -> Double? {
    var parts = group.split(separator: "/")
    var limits: [Double] = []
    while true {
      let path = ([root] + parts.map(String.init) + [file]).joined(separator: "/")
      let text = try? String(contentsOfFile: path, encoding: .utf8)  // "max" is no number
      limits += [text.flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }].compactMap(\.self)
      guard parts.popLast() != nil else { return limits.min() }
    }
  }
}
