import Foundation

/// What stands at a path, and all below it.
indirect enum DiskTree: Hashable {
  case directory([String: DiskTree])
  case file([UInt8])
  case link(String)

  /// What is on the disk at `path`.
  init(of path: String) throws {
    let files = FileManager.default
    let attributes = try files.attributesOfItem(atPath: path)
    switch attributes[.type] as? FileAttributeType {
    case .typeDirectory?:
      var entries: [String: DiskTree] = [:]
      for name in try names(in: path) { entries[name] = try DiskTree(of: path + "/" + name) }
      self = .directory(entries)
    case .typeSymbolicLink?: self = .link(try files.destinationOfSymbolicLink(atPath: path))
    default: self = .file(try contents(path))
    }
  }

  /// Puts it onto the disk at `path`, where nothing is.
  func place(at path: String) throws {
    switch self {
    case .directory(let entries):
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      for (name, entry) in entries { try entry.place(at: path + "/" + name) }
    case .file(let bytes): try write(bytes, to: path)
    case .link(let target): try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }
  }
}

/// A small generator of its own (SplitMix64), so that a case comes again from its number.
struct Draws {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }
}
