/// A text cut into fables and sentences, without asking a grammar.
struct FablePage {
  /// A row of lines without a blank one: title, story and moral, if it is a fable.
  struct Fable {
    var lines: [String] = []
    let firstLine: Int
    /// Whether the text begins after its title.
    var beginsInside = false
    /// Whether the text ends in the middle of its last line.
    var isCutOff = false

    /// As the grammar writes it, with the blank line after it.
    var text: String { lines.joined(separator: "\n") + "\n\n" }
  }

  let fables: [Fable]

  /// Cuts a text at its blank lines. A text whose first line ends with a full stop begins inside of a fable,
  /// since a title has none; one that does not end with a line break has its last fable cut off.
  init(_ text: String) {
    var fables: [Fable] = []
    var isOpen = false
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in lines.enumerated() {
      if !line.isEmpty, !isOpen { fables.append(Fable(firstLine: number + 1)) }
      isOpen = !line.isEmpty
      if isOpen { fables[fables.count - 1].lines.append(String(line)) }
    }
    if isOpen { fables[fables.count - 1].isCutOff = true }
    if fables.first?.lines.first?.last == "." { fables[0].beginsInside = true }
    self.fables = fables
  }
}

extension FablePage.Fable {
  /// The sentences with their line numbers, without one in which the text begins or ends.
  var sentences: [(line: Int, text: String)] {
    var all = lines.enumerated().flatMap { offset, line in
      line.sentences.map { (firstLine + offset, $0) }
    }
    if isCutOff { all.removeLast() }
    if beginsInside, !all.isEmpty { all.removeFirst() }
    return all
  }
}

extension String {
  /// The sentences of one line: each ends with a full stop, question or exclamation mark, perhaps inside a
  /// closing quotation mark, before a space and a capital or a quotation mark. What is quoted is not cut.
  fileprivate var sentences: [String] {
    let letters = Array(self)
    var sentences: [String] = []
    var start = 0
    var isQuoted = false
    for index in letters.indices {
      if letters[index] == "\"" { isQuoted.toggle() }
      guard !isQuoted, letters[index] == " ", index > start, index + 1 < letters.count else { continue }
      let mark = letters[index - 1] == "\"" && index > start + 1 ? letters[index - 2] : letters[index - 1]
      if ".!?".contains(mark), letters[index + 1].isUppercase || letters[index + 1] == "\"" {
        sentences.append(String(letters[start..<index]))
        start = index + 1
      }
    }
    return sentences + [String(letters[start...])]
  }
}
