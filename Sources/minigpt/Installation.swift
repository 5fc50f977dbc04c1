import Checkpoints
import Files
import Foundation

/// Where the program is, how it is started, and what lies beside it.
package enum Installation {
  private static let buildFolder = ".build"

  /// What a command line of `program`, the word that it was started by, begins with, as a shell reads it.
  ///
  /// - Parameter folder: where it is run: `swift run` works in a package's folder alone.
  package static func invocation(of program: String, in folder: String) -> String {
    guard let package = package(of: program, in: folder), package == resolved(folder, in: "/") else {
      return shellQuoted(program)
    }
    return "swift run -c release minigpt"
  }

  /// The demo that came with `program`: in a folder of checkpoints beside it, where it was installed (`bin/minigpt` and
  /// `share/minigpt/demo`), or in the package that it was built in; nil if it is nowhere there.
  package static func demo(of program: String) throws -> RunDirectory? {
    let folder = URL(fileURLWithPath: program).deletingLastPathComponent()
    let places = [
      folder.path + "/checkpoints/demo", folder.deletingLastPathComponent().path + "/share/minigpt/demo",
      package(of: program, in: "/").map { $0 + "/checkpoints/demo" },
    ]
    return try places.compactMap(\.self).map { RunDirectory($0) }.first { try $0.isCheckpoint }
  }

  /// The program's own file, whatever links led to it.
  static var program: String? { Bundle.main.executableURL?.resolvingSymlinksInPath().path }

  /// The folder of the package in which SwiftPM has built `program`; nil where it is no such build.
  private static func package(of program: String, in folder: String) -> String? {
    let parts = program.split(separator: "/", omittingEmptySubsequences: false)
    guard let index = parts.lastIndex(where: { $0 == buildFolder }) else { return nil }
    return resolved(parts[..<index].joined(separator: "/") + (index == 0 ? "." : "/"), in: folder)
  }

  private static func resolved(_ path: String, in folder: String) -> String {
    let base = URL(fileURLWithPath: folder, isDirectory: true)
    return URL(fileURLWithPath: path, relativeTo: base).standardizedFileURL.resolvingSymlinksInPath().path
  }
}

/// What a command line begins with, as a person would type it here.
func invocation() -> String {
  Installation.invocation(
    of: CommandLine.arguments.first ?? "minigpt", in: FileManager.default.currentDirectoryPath)
}
