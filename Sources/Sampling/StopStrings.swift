/// Finds the first of several strings in a text that arrives in pieces, and holds back what may be the start of one.
///
/// Strings are compared scalar by scalar.
struct StopStrings {
  private let stops: [[Unicode.Scalar]]
  private var held: [Unicode.Scalar] = []

  /// Whether one was found; nothing more will come out.
  private(set) var isFound = false

  init(_ stops: [String]) {
    self.stops = stops.filter { !$0.isEmpty }.map { Array($0.unicodeScalars) }
  }

  /// Takes a piece of text and gives what can be shown now: all before a stop string.
  mutating func append(_ text: String) -> String {
    guard !isFound else { return "" }
    var shown: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      held.append(scalar)
      if let stop = stops.first(where: { held.ends(with: $0) }) {
        isFound = true
        shown += held.dropLast(stop.count)
        held = []
        return String(shown)
      }
      let keep = longestStart()
      shown += held.prefix(held.count - keep)
      held.removeFirst(held.count - keep)
    }
    return String(shown)
  }

  /// What was held back when the text ended without a stop string.
  mutating func finish() -> String {
    defer { held = [] }
    return String(held)
  }

  /// The length of the longest end of what is held that begins a stop string.
  private func longestStart() -> Int {
    stops.map { stop in
      (0...min(stop.count - 1, held.count)).last { held.ends(with: stop.prefix($0)) } ?? 0
    }.max() ?? 0
  }
}

extension [Unicode.Scalar] {
  fileprivate func ends(with other: some BidirectionalCollection<Unicode.Scalar>) -> Bool {
    count >= other.count && suffix(other.count).elementsEqual(other)
  }
}

extension String {
  fileprivate init(_ scalars: [Unicode.Scalar]) {
    self.init(String.UnicodeScalarView(scalars))
  }
}
