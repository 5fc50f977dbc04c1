import Files
import Foundation
import Synchronization

/// The system's calls, of which one fails: call number `failing`, counted from 0.
///
/// After a crash every later call fails too, and each file that had not been synchronised loses its second
/// half, as a disk whose power went may lose it. Nothing waits for the disk, so that many runs take little
/// time.
final class FaultySystem: SystemCalls {
  enum Fault: Sendable, Equatable {
    case diskFull, crash
    case error(Int32)
    /// Every call whose name begins so fails with the error, as on file systems that cannot do what it asks.
    case unsupported([String: Int32])
  }

  private struct State {
    var callCount = 0
    var hasFired = false
    var failed: String?
    var log: [String] = []
    var read: Set<Int32> = []
    var directories: Set<Int32> = []
    var unsynchronized: [Int32: Int32] = [:]  // a second descriptor, which outlives the first
  }

  private let failing: Int
  private let fault: Fault
  private let state = Mutex(State())

  init(failing: Int = .max, with fault: Fault = .diskFull) {
    self.failing = failing
    self.fault = fault
  }

  deinit { state.withLock { for descriptor in $0.unsynchronized.values { Foundation.close(descriptor) } } }

  var hasFired: Bool { state.withLock(\.hasFired) }

  /// What was done, in order: `rename /a -> /b`.
  var log: [String] { state.withLock(\.log) }

  /// What the call was that failed.
  var failed: String? { state.withLock(\.failed) }

  private func call<Result: SignedInteger>(_ name: String, isRead: Bool = false, _ body: () -> Result) -> Result {
    if let code = unsupported(name) {
      errno = code
      return -1
    }
    guard fails(name, isRead) else { return body() }
    errno = code(isRead: isRead)
    return -1
  }

  private func call<Result>(_ name: String, _ body: () -> Result?) -> Result? {
    guard fails(name, true) else { return body() }
    errno = code(isRead: true)
    return nil
  }

  private func unsupported(_ name: String) -> Int32? {
    guard case .unsupported(let codes) = fault else { return nil }
    return codes.first { name.hasPrefix($0.key) }?.value
  }

  private func code(isRead: Bool) -> Int32 {
    if case .error(let code) = fault { return code }
    return isRead ? EIO : ENOSPC
  }

  private func fails(_ name: String, _ isRead: Bool) -> Bool {
    state.withLock { state in
      defer { state.callCount += 1 }
      if !isRead { state.log.append(name) }
      let fails = state.callCount == failing || (state.hasFired && fault == .crash)
      if fails && !state.hasFired {
        (state.hasFired, state.failed) = (true, name)
        if fault == .crash { for descriptor in state.unsynchronized.values { loseHalf(descriptor) } }
      }
      return fails
    }
  }

  private func loseHalf(_ descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return }
    ftruncate(descriptor, status.st_size / 2)
  }

  func within(_ directory: OpenDirectory) -> any SystemCalls { self }
  func status(of path: String, followsLink: Bool, _ status: inout stat) -> Int32 {
    call("look at \(path)", isRead: true) { POSIX().status(of: path, followsLink: followsLink, &status) }
  }
  func status(of descriptor: Int32, _ status: inout stat) -> Int32 {
    call("look", isRead: true) { POSIX().status(of: descriptor, &status) }
  }
  func names(in path: String) -> [String]? { call("list \(path)") { POSIX().names(in: path) } }
  func target(ofLink path: String) -> String? { call("readlink \(path)") { POSIX().target(ofLink: path) } }
  func openForReading(_ path: String) -> Int32 {
    let descriptor = call("open \(path)", isRead: true) { POSIX().openForReading(path) }
    if descriptor >= 0 { state.withLock { _ = $0.read.insert(descriptor) } }
    return descriptor
  }
  func read(_ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    call("read", isRead: true) { POSIX().read(descriptor, at: offset, into: buffer) }
  }
  func lock(_ descriptor: Int32) -> Int32 { call("lock") { POSIX().lock(descriptor) } }
  func makeDirectory(_ path: String) -> Int32 { call("mkdir \(path)") { POSIX().makeDirectory(path) } }
  func create(_ path: String) -> Int32 {
    let descriptor = call("create \(path)") { POSIX().create(path) }
    if descriptor >= 0 { state.withLock { $0.unsynchronized[descriptor] = dup(descriptor) } }
    return descriptor
  }
  func openForAppending(_ path: String) -> Int32 { call("append \(path)") { POSIX().openForAppending(path) } }
  func openDirectory(_ path: String) -> Int32 {
    let descriptor = call("open \(path)") { POSIX().openDirectory(path) }
    if descriptor >= 0 { state.withLock { _ = $0.directories.insert(descriptor) } }
    return descriptor
  }
  func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
    call("write") { POSIX().write(bytes, to: descriptor) }
  }
  func synchronize(_ descriptor: Int32) -> Int32 {
    let isDirectory = state.withLock { $0.directories.contains(descriptor) }
    if isDirectory, let code = unsupported("fsync of a directory") {
      errno = code
      return -1
    }
    let result = call("fsync") { Int32(0) }
    if result >= 0, let second = state.withLock({ $0.unsynchronized.removeValue(forKey: descriptor) }) {
      Foundation.close(second)
    }
    return result
  }
  func close(_ descriptor: Int32) -> Int32 {
    // A descriptor is closed even where closing reports a failure.
    let isRead = state.withLock { state in
      state.directories.remove(descriptor)
      return state.read.remove(descriptor) != nil
    }
    let result = POSIX().close(descriptor)
    return isRead ? result : call("close") { result }  // Nothing is lost where it was read only.
  }
  func rename(_ path: String, to target: String) -> Int32 {
    call("rename \(path) -> \(target)") { POSIX().rename(path, to: target) }
  }
  func makeSymbolicLink(_ path: String, to target: String) -> Int32 {
    call("symlink \(path) -> \(target)") { POSIX().makeSymbolicLink(path, to: target) }
  }
  func unlink(_ path: String) -> Int32 { call("unlink \(path)") { POSIX().unlink(path) } }
  func removeDirectory(_ path: String) -> Int32 { call("rmdir \(path)") { POSIX().removeDirectory(path) } }
}

/// The system's calls on a bad day: writes take at most three bytes, and every second call is interrupted
/// first.
final class SlowSystem: SystemCalls {
  private let interrupts = Mutex(false)
  private let system = POSIX()

  private func call<Result: SignedInteger>(_ body: () -> Result) -> Result {
    let interrupted = interrupts.withLock { interrupts in
      interrupts.toggle()
      return interrupts
    }
    if interrupted { errno = EINTR }
    return interrupted ? -1 : body()
  }

  private func call<Result>(_ body: () -> Result?) -> Result? {
    call { Int32(0) } < 0 ? nil : body()
  }

  func within(_ directory: OpenDirectory) -> any SystemCalls { self }
  func status(of path: String, followsLink: Bool, _ status: inout stat) -> Int32 {
    call { system.status(of: path, followsLink: followsLink, &status) }
  }
  func status(of descriptor: Int32, _ status: inout stat) -> Int32 { call { system.status(of: descriptor, &status) } }
  func names(in path: String) -> [String]? { call { system.names(in: path) } }
  func target(ofLink path: String) -> String? { call { system.target(ofLink: path) } }
  func openForReading(_ path: String) -> Int32 { call { system.openForReading(path) } }
  func read(_ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    call { system.read(descriptor, at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(300))) }
  }
  func lock(_ descriptor: Int32) -> Int32 { call { system.lock(descriptor) } }
  func makeDirectory(_ path: String) -> Int32 { call { system.makeDirectory(path) } }
  func create(_ path: String) -> Int32 { call { system.create(path) } }
  func openForAppending(_ path: String) -> Int32 { call { system.openForAppending(path) } }
  func openDirectory(_ path: String) -> Int32 { call { system.openDirectory(path) } }
  func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
    call { system.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(3)), to: descriptor) }
  }
  func synchronize(_ descriptor: Int32) -> Int32 { call { system.synchronize(descriptor) } }
  // A close that a signal interrupts has closed the file.
  func close(_ descriptor: Int32) -> Int32 { system.close(descriptor) }
  func rename(_ path: String, to target: String) -> Int32 { call { system.rename(path, to: target) } }
  func makeSymbolicLink(_ path: String, to target: String) -> Int32 {
    call { system.makeSymbolicLink(path, to: target) }
  }
  func unlink(_ path: String) -> Int32 { call { system.unlink(path) } }
  func removeDirectory(_ path: String) -> Int32 { call { system.removeDirectory(path) } }
}
