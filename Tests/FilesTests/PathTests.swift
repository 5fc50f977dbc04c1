import Files
import Testing

@Suite("Paths")
struct PathTests {
  @Test(
    "a path's directory is all before the last slash",
    arguments: [
      ("y", "."), ("run", "."), ("/y", "/"), ("a/b", "a"), ("/a/b", "/a"), ("./y", "."), ("é/ü", "é"),
      ("a/\u{301}b", "a"),
    ])
  func parent(path: String, expected: String) {
    #expect(parentDirectory(of: path) == expected)
  }
}
