/// The name that a person most likely meant by `typed`, or nil if none is near.
///
/// A name is near where at most a third of the letters typed are wrong. The name counts as a whole, by the
/// initials of its words ("lr" for "learning-rate"), and by any run of its words ("batch" for "batch-size").
package func nearestName(to typed: String, among names: [String]) -> String? {
  let typed = Array(typed.lowercased().unicodeScalars)
  let tolerance = typed.count / 3
  func closeness(of name: String) -> [Int]? {
    let whole = editDistance(typed, Array(name.unicodeScalars))
    let forms = shortForms(of: name)
    let distances = [
      (whole, 0),
      (!typed.isEmpty && forms.initials == typed ? 0 : Int.max, 1),
      (forms.leading.map { editDistance(typed, $0) }.min() ?? .max, 2),
      (forms.inner.map { editDistance(typed, $0) }.min() ?? .max, 3),
    ]
    guard let best = distances.min(by: <), best.0 <= tolerance else { return nil }
    return [best.0, best.1, whole]
  }
  let near = names.compactMap { name in closeness(of: name).map { (closeness: $0, name: name) } }
  return near.min { $0.closeness.lexicographicallyPrecedes($1.closeness) }?.name
}

private typealias Scalars = [Unicode.Scalar]

/// The shorter forms by which a name of several words may be recalled.
private func shortForms(of name: String) -> (initials: Scalars, leading: [Scalars], inner: [Scalars]) {
  let words = name.split(separator: "-")
  guard words.count > 1 else { return ([], [], []) }
  func run(_ range: Range<Int>) -> Scalars { Array(words[range].joined(separator: "-").unicodeScalars) }
  let leading = (1..<words.count).map { run(0..<$0) }
  let inner = (1..<words.count).flatMap { start in
    (start + 1...words.count).map { run(start..<$0) }
  }
  return (words.compactMap { $0.unicodeScalars.first }, leading, inner)
}

/// The least number of insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`,
/// no letter being touched twice (the optimal string alignment form of Damerau, doi 10.1145/363958.363994).
package func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for i in a.indices {
    var current = [i + 1]
    for j in b.indices {
      let substitution = previous[j] + (a[i] == b[j] ? 0 : 1)
      var best = min(substitution, previous[j + 1] + 1, current[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        best = min(best, beforePrevious[j - 1] + 1)
      }
      current.append(best)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[b.count]
}
