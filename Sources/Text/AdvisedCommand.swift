import Files
import Foundation

/// File names in commands that a person is advised to run.
package enum AdvisedCommand {
  /// A path as a shell reads it, and no program takes for an option.
  package static func argument(_ path: String) -> String {
    shellQuoted(path.hasPrefix("-") ? "./" + path : path)
  }

  /// A name that nothing has, for what is made of the file at `path`: "a/b.txt" as "a/b-utf8.txt", then "a/b-utf8-2.txt".
  ///
  /// - Parameters:
  ///   - marks: what to put before the last dot: the first that gives a free name, else the last one with a number.
  ///   - suffix: what is left out at the end.
  package static func freeName(beside path: String, marks: [String], without suffix: String = "") -> String {
    let name = path.hasSuffix(suffix) ? path.dropLast(suffix.count) : path[...]
    let folder = name.lastIndex(of: "/").map { name[...$0] } ?? ""
    let file = name[folder.endIndex...]
    let dot = file.dropFirst().lastIndex(of: ".") ?? file.endIndex
    func candidate(_ mark: String) -> String {
      "\(folder)\(file[..<dot])\(mark)\(dot == file.endIndex ? ".txt" : file[dot...])"
    }
    func isFree(_ candidate: String) -> Bool {
      var status = stat()
      return candidate != path && lstat(candidate, &status) != 0 && errno == ENOENT
    }
    if let first = marks.map(candidate).first(where: isFree) { return first }
    var number = 2
    while !isFree(candidate("\(marks.last ?? "")-\(number)")), number < 10_000 { number += 1 }
    return candidate("\(marks.last ?? "")-\(number)")
  }
}
