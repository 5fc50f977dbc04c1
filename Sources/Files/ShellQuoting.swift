/// `word` as a shell reads it back; with control characters in it as escapes, which bash, zsh and ksh know.
package func shellQuoted(_ word: String) -> String {
  let isPlain =
    !word.isEmpty
    && word.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
        || "-_./=:,+@%".unicodeScalars.contains(scalar)
    }
  if isPlain { return word }
  guard word.unicodeScalars.allSatisfy(isVisible) else {
    return "$'"
      + word.utf8.map { byte in
        let scalar = Unicode.Scalar(byte)
        return (0x20..<0x7F).contains(byte) && scalar != "'" && scalar != "\\" ? String(scalar) : octal(byte)
      }.joined() + "'"
  }
  return "'" + word.replacing("'", with: "'\\''") + "'"
}

private func octal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 8)
  return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
}
