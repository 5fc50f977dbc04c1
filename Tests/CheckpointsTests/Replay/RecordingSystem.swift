import Files
import Foundation
import Synchronization

/// A call that changed a disk, told by paths; what is open is told by a number of its own, as descriptors come again.
enum DiskOperation {
  case makeDirectory(String)
  /// A new, empty file.
  case create(String, opened: Int)
  /// A file, new or not, or a directory.
  case open(String, opened: Int)
  case write([UInt8], opened: Int)
  case synchronize(opened: Int, isDirectory: Bool)
  case rename(String, to: String)
  case link(String, to: String)
  /// A file, a link or an empty directory.
  case remove(String)
  /// No call: the checkpoint of this step has been reported as saved.
  case promise(step: Int)
}

/// The system's calls, which are recorded as they succeed. Nothing waits for the disk.
final class RecordingSystem: SystemCalls {
  private struct State {
    var operations: [DiskOperation] = []
    var opened: [Int32: Int] = [:]
    var directories: Set<Int> = []
    var count = 0
  }

  private let state = Mutex(State())
  private let system = POSIX()

  var operations: [DiskOperation] { state.withLock(\.operations) }

  /// Notes that whoever called for a save has been told that it is done.
  func promise(step: Int) { state.withLock { $0.operations.append(.promise(step: step)) } }

  private func record(_ operation: DiskOperation, _ result: Int32) -> Int32 {
    if result >= 0 { state.withLock { $0.operations.append(operation) } }
    return result
  }

  private func opening(
    _ descriptor: Int32, isDirectory: Bool = false, _ operation: (Int) -> DiskOperation
  ) -> Int32 {
    guard descriptor >= 0 else { return descriptor }
    state.withLock { state in
      if isDirectory { state.directories.insert(state.count) }
      state.opened[descriptor] = state.count
      state.operations.append(operation(state.count))
      state.count += 1
    }
    return descriptor
  }

  func within(_ directory: OpenDirectory) -> any SystemCalls { self }

  func makeDirectory(_ path: String) -> Int32 { record(.makeDirectory(path), system.makeDirectory(path)) }
  func create(_ path: String) -> Int32 { opening(system.create(path)) { .create(path, opened: $0) } }
  func openForAppending(_ path: String) -> Int32 {
    opening(system.openForAppending(path)) { .open(path, opened: $0) }
  }
  func openDirectory(_ path: String) -> Int32 {
    opening(system.openDirectory(path), isDirectory: true) { .open(path, opened: $0) }
  }
  func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
    let count = system.write(bytes, to: descriptor)
    state.withLock { state in
      guard count > 0, let opened = state.opened[descriptor] else { return }
      state.operations.append(.write(Array(bytes.prefix(count)), opened: opened))
    }
    return count
  }
  func synchronize(_ descriptor: Int32) -> Int32 {
    state.withLock { state in
      guard let opened = state.opened[descriptor] else { return }
      state.operations.append(.synchronize(opened: opened, isDirectory: state.directories.contains(opened)))
    }
    return 0
  }
  func close(_ descriptor: Int32) -> Int32 {
    state.withLock { _ = $0.opened.removeValue(forKey: descriptor) }
    return system.close(descriptor)
  }
  func rename(_ path: String, to target: String) -> Int32 {
    record(.rename(path, to: target), system.rename(path, to: target))
  }
  func makeSymbolicLink(_ path: String, to target: String) -> Int32 {
    record(.link(path, to: target), system.makeSymbolicLink(path, to: target))
  }
  func unlink(_ path: String) -> Int32 { record(.remove(path), system.unlink(path)) }
  func removeDirectory(_ path: String) -> Int32 { record(.remove(path), system.removeDirectory(path)) }

  func status(of path: String, followsLink: Bool, _ status: inout stat) -> Int32 {
    system.status(of: path, followsLink: followsLink, &status)
  }
  func status(of descriptor: Int32, _ status: inout stat) -> Int32 { system.status(of: descriptor, &status) }
  func names(in path: String) -> [String]? { system.names(in: path) }
  func target(ofLink path: String) -> String? { system.target(ofLink: path) }
  func openForReading(_ path: String) -> Int32 { system.openForReading(path) }
  func read(_ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    system.read(descriptor, at: offset, into: buffer)
  }
  func lock(_ descriptor: Int32) -> Int32 { system.lock(descriptor) }
}
