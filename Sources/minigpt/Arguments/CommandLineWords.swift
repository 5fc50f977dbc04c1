/// The words of a command line, which the system passes as bytes.
///
/// Swift's own `CommandLine.arguments` replaces bytes that are not UTF-8, so that another file would be meant than the
/// one named; here they are refused.
package enum CommandLineWords {
  /// The words that the process was started with, without the program's name.
  ///
  /// - Throws: `UsageError.notUTF8`; `.conflict` where the system does not say them.
  static func ofProcess() throws(UsageError) -> [String] {
    guard CommandLine.argc > 0 else {
      throw .conflict("The command line cannot be read: on Linux, Swift has it from /proc, which is not mounted here.")
    }
    var words: [[UInt8]] = []
    for index in 0..<Int(CommandLine.argc) {
      guard let word = CommandLine.unsafeArgv[index] else { break }
      words.append(UnsafeBufferPointer(start: word, count: length(of: word)).map { UInt8(bitPattern: $0) })
    }
    return try texts(of: Array(words.dropFirst()))
  }

  private static func length(of word: UnsafePointer<CChar>) -> Int {
    var length = 0
    while word[length] != 0 { length += 1 }
    return length
  }

  /// `words` as text.
  ///
  /// - Throws: `UsageError.notUTF8` that names the first that is none.
  package static func texts(of words: [[UInt8]]) throws(UsageError) -> [String] {
    var texts: [String] = []
    for (index, word) in words.enumerated() {
      guard let text = String(validating: word, as: UTF8.self) else {
        throw .notUTF8(position: index + 1, shown: showing(word))
      }
      texts.append(text)
    }
    return texts
  }

  /// `bytes` with an escape such as `\xE9` for each that is not UTF-8.
  private static func showing(_ bytes: [UInt8]) -> String {
    var parser = UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var (shown, consumed) = ("", 0)
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let scalar):
        shown += String(decoding: scalar, as: UTF8.self)
        consumed += scalar.count
      case .error(let length):
        for byte in bytes[consumed..<(consumed + length)] {
          shown += "\\x" + String(byte, radix: 16, uppercase: true)
        }
        consumed += length
      case .emptyInput: return shown
      }
    }
  }
}
