/// The text of ids that arrive one at a time: the bytes of a character that is not complete yet are held back.
///
///     var decoder = TokenDecoder(tokenizer)
///     for id in ids { print(decoder.append(id), terminator: "") }
///     print(decoder.finish())
public struct TokenDecoder: Sendable {
  private let tokenizer: any Tokenizer
  private var held: [UInt8] = []

  /// A decoder that has seen no ids.
  public init(_ tokenizer: any Tokenizer) {
    self.tokenizer = tokenizer
  }

  /// Takes an id and gives the text that is complete now; U+FFFD stands for bytes that are no UTF-8.
  public mutating func append(_ id: Int32) -> String {
    held += tokenizer.bytes(of: id)
    let complete = held.count - unfinishedCount
    defer { held.removeFirst(complete) }
    return String(decoding: held[..<complete], as: UTF8.self)
  }

  /// What was held back when the ids ended.
  public mutating func finish() -> String {
    defer { held = [] }
    return String(decoding: held, as: UTF8.self)
  }

  /// How many bytes at the end begin a sequence that is longer than they are.
  private var unfinishedCount: Int {
    guard let start = held.lastIndex(where: { !UTF8.isContinuation($0) }) else { return 0 }
    let length =
      switch held[start] {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 1
      }
    let count = held.count - start
    return count < length ? count : 0
  }
}
