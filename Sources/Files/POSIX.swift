import Foundation

/// The system's own calls.
package struct POSIX: SystemCalls {
  /// From where paths below it are resolved; nil for the working directory.
  private let directory: OpenDirectory?

  /// The calls, with every path as it is.
  package init() { directory = nil }

  private init(within directory: OpenDirectory) { self.directory = directory }

  package func within(_ directory: OpenDirectory) -> any SystemCalls { POSIX(within: directory) }

  /// A path as the calls that end in "at" take it.
  private func place(_ path: String) -> (directory: Int32, path: String) {
    directory?.place(of: path) ?? (AT_FDCWD, path)
  }
}

// MARK: - Looking

extension POSIX {
  package func status(of path: String, followsLink: Bool, _ status: inout stat) -> Int32 {
    let place = place(path)
    return fstatat(place.directory, place.path, &status, followsLink ? 0 : AT_SYMLINK_NOFOLLOW)
  }

  package func status(of descriptor: Int32, _ status: inout stat) -> Int32 { fstat(descriptor, &status) }

  package func names(in path: String) -> [String]? {
    let descriptor = openDirectory(path)
    guard descriptor >= 0 else { return nil }
    guard let stream = fdopendir(descriptor) else {
      let code = errno
      _ = close(descriptor)
      errno = code
      return nil
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0  // by which alone the end is told from a failure
      guard let entry = readdir(stream) else { return errno == 0 ? names : nil }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  package func target(ofLink path: String) -> String? {
    let place = place(path)
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlinkat(place.directory, place.path, &target, target.count)
    return count < 0 ? nil : String(decoding: target.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  package func openForReading(_ path: String) -> Int32 {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    open(path, O_RDONLY | O_NONBLOCK)
  }

  package func read(_ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
  }
}

// MARK: - Changing

extension POSIX {
  private func open(_ path: String, _ flags: Int32, mode: mode_t = 0o666) -> Int32 {
    let place = place(path)
    return openat(place.directory, place.path, flags | O_CLOEXEC, mode)
  }

  package func makeDirectory(_ path: String) -> Int32 {
    let place = place(path)
    return mkdirat(place.directory, place.path, 0o777)
  }

  package func create(_ path: String) -> Int32 { open(path, O_WRONLY | O_CREAT | O_TRUNC) }

  package func openForAppending(_ path: String) -> Int32 { open(path, O_WRONLY | O_CREAT | O_APPEND) }

  package func openDirectory(_ path: String) -> Int32 { open(path, O_RDONLY | O_DIRECTORY) }

  package func lock(_ descriptor: Int32) -> Int32 { flock(descriptor, LOCK_EX | LOCK_NB) }

  package func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
    Foundation.write(descriptor, bytes.baseAddress, bytes.count)
  }

  package func synchronize(_ descriptor: Int32) -> Int32 {
    #if canImport(Darwin)
      fcntl(descriptor, F_FULLFSYNC)  // Darwin's fsync stops at the drive's cache
    #else
      fsync(descriptor)
    #endif
  }

  package func close(_ descriptor: Int32) -> Int32 { Foundation.close(descriptor) }

  package func rename(_ path: String, to target: String) -> Int32 {
    let (old, new) = (place(path), place(target))
    return renameat(old.directory, old.path, new.directory, new.path)
  }

  package func makeSymbolicLink(_ path: String, to target: String) -> Int32 {
    let place = place(path)
    return symlinkat(target, place.directory, place.path)
  }

  package func unlink(_ path: String) -> Int32 {
    let place = place(path)
    return unlinkat(place.directory, place.path, 0)
  }

  package func removeDirectory(_ path: String) -> Int32 {
    let place = place(path)
    return unlinkat(place.directory, place.path, AT_REMOVEDIR)
  }
}
