import Files

extension RunDirectory {
  /// Turns back what a copying program made of the links: `cp -rL` and `scp -r` leave a second copy of the checkpoint,
  /// others a text that holds the link's target.
  ///
  /// - Returns: what was done, for the user.
  /// - Throws: `FileError.malformed` where something else stands at a link's place.
  func mendCopiedLinks() throws -> [String] {
    try Self.links.compactMap { name in
      let link = path + "/" + name
      switch try calls.kind(of: link) {
      case nil, .symbolicLink: return nil
      case .regular:
        guard try holdsTarget(link) else { throw stranger(link) }
        try calls.perform("remove", link) { calls.unlink(link) }
        return "\(link) had become a text, as some programs copy links: it is a link again"
      case .directory:
        guard let step = try stepOfWhole(link) else { throw stranger(link) }
        return try takeBack(link, step: step)
      case .other: throw stranger(link)
      }
    }
  }

  private func stranger(_ link: String) -> FileError {
    .malformed(file: link, reason: "it is no link of ours; move it away, or choose another directory")
  }

  /// Whether the file at `link` is what is left of a link: the name of a checkpoint.
  private func holdsTarget(_ link: String) throws -> Bool {
    let file = try InputFile(link, ifMissing: "it was here a moment ago", calls: calls)
    guard file.byteCount <= 64 else { return false }
    let text = String(decoding: try file.bytes(in: 0..<file.byteCount), as: UTF8.self)
    return Self.step(of: text.trimmingSuffix { $0.isWhitespace }) != nil
  }

  /// The step of the checkpoint at `path` if that is whole.
  private func stepOfWhole(_ path: String) throws -> Int? {
    do {
      try Manifest(of: path, calls: calls).verify(path, calls: calls)
      return try TrainerState(of: path, calls: calls).step
    } catch let error as FileError {
      if case .system = error { throw error }
      return nil
    }
  }

  /// Takes the whole checkpoint at `link` for that of `step` where there is none, and else removes it.
  private func takeBack(_ link: String, step: Int) throws -> String {
    let original = checkpointPath(step: step)
    if try stepOfWhole(original) == nil {
      try calls.removeTree(original)
      try calls.perform("rename", link) { calls.rename(link, to: original) }
    } else {
      guard try Manifest(of: link, calls: calls) == Manifest(of: original, calls: calls) else { throw stranger(link) }
      try AtomicDirectory.remove(link, calls: calls)
    }
    return "\(link) had become a copy of \(original), as some programs copy links: it is a link again"
  }
}

extension String {
  fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
    var text = self[...]
    while let last = text.last, isTrimmed(last) { text.removeLast() }
    return String(text)
  }
}
