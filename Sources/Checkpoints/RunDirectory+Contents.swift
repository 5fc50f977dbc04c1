import Files

extension RunDirectory {
  /// Where `best` or `last` leads.
  package enum Link: Sendable, Equatable {
    case missing
    /// To what stands in it, whether that is there or not.
    case link(target: String)
    /// It is no link but a file or a directory, as some ways of copying leave one.
    case copy
  }

  /// What a run has left in its directory, by name.
  package struct Contents: Sendable {
    /// The steps of the checkpoints, whole or not, ascending.
    package var steps: [Int] = []
    /// What an interrupted write or removal left.
    package var leftovers: [String] = []
    /// Whether there is a record of the steps.
    package var hasMetrics = false
  }

  /// What is in the directory.
  ///
  /// - Throws: `FileError.system` where it cannot be listed.
  package func contents() throws -> Contents {
    var contents = Contents()
    for name in try calls.list(path) {
      if let step = Self.step(of: name) {
        contents.steps.append(step)
      } else if name.hasPrefix(Self.checkpointPrefix) {
        contents.leftovers.append(name)
      } else if path + "/" + name == metricsPath {
        contents.hasMetrics = true
      }
    }
    contents.steps.sort()
    return contents
  }

  /// Where the link called `name` leads.
  ///
  /// - Throws: `FileError.system` where that cannot be told.
  package func link(_ name: String) throws -> Link {
    let path = path + "/" + name
    switch try calls.kind(of: path) {
    case nil: return .missing
    case .symbolicLink: return .link(target: try calls.target(of: path))
    default: return .copy
    }
  }
}
