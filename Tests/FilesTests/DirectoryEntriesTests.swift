import Files
import Testing

@Suite("Paths")
struct DirectoryEntriesTests {
  @Test(
    "a path's directory is all before the last slash",
    arguments: [("y", "."), ("run", "."), ("/y", "/"), ("a/b", "a"), ("/a/b", "/a"), ("./y", "."), ("é/ü", "é")])
  func parent(path: String, expected: String) {
    #expect(parentDirectory(of: path) == expected)
  }
}
