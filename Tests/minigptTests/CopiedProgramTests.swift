import Foundation
import Testing
import minigpt

@Suite("The program copied to where nothing else is")
struct CopiedProgramTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A workspace with the program in it, at `bin/minigpt`.
  private func workspace() throws -> (workspace: Workspace, program: URL) {
    let workspace = try Workspace()
    let folder = workspace.folder.appending(path: "bin")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    let program = folder.appending(path: "minigpt")
    try FileManager.default.copyItem(at: BuiltProgram.path, to: program)
    return (workspace, program)
  }

  @Test("sample finds the demo that was installed with it, and else says in one line how to get a model")
  func demo() throws {
    let (workspace, program) = try workspace()
    func sample() throws -> BuiltProgram.Outcome {
      try BuiltProgram.Running(program, ["sample", "--max-new-tokens", "9"], in: workspace.folder).outcome()
    }
    let nothing = try sample()
    #expect(nothing.status == ExitCode.noInput.rawValue)
    #expect(
      nothing.error
        == "Error: checkpoints/: not found; no run is here, and no demo beside the program: train a model first: "
        + "\(program.path) train\n")
    for place in ["share/minigpt/demo", "bin/checkpoints/demo"] {
      let demo = workspace.folder.appending(path: place)
      try FileManager.default.createDirectory(
        at: demo.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: Self.root.appending(path: "checkpoints/demo"), to: demo)
      let outcome = try sample()
      #expect(outcome.status == 0 && outcome.output.count == 10)
      #expect(outcome.error.hasPrefix("Sampling from /") && outcome.error.hasSuffix("/\(place)\n"), "\(outcome.error)")
    }
  }

  @Test(
    "train writes the fables where they are not there, says so, and its hints start it as it was started",
    .enabled(if: Minigpt.debugBuildWarning == nil))
  func fables() throws {
    let (workspace, program) = try workspace()
    let trained = try BuiltProgram.Running(program, ["train"] + Workspace.small, in: workspace.folder).outcome()
    #expect(trained.status == 0, "\(trained.error)")
    #expect(
      trained.output.hasPrefix(
        "data/fables.txt was not in this folder, and is now: written from its grammar (\(program.path) corpus fables).\n"
      ))
    for name in ["fables.txt", "fables.json"] {
      let shipped = try Data(contentsOf: Self.root.appending(path: "data/\(name)"))
      let isSame = workspace.bytes("data/\(name)") == shipped
      #expect(isSame, "\(name)")
    }
    #expect(trained.output.contains("\nfloor      0."))
    #expect(trained.output.contains("\nFor more:\n  \(program.path) sample checkpoints/fables\n"))
    // Once they are there, nothing is said of it.
    let again = try BuiltProgram.Running(program, ["train", "--resume"] + Workspace.small, in: workspace.folder)
      .outcome()
    #expect(again.status == 0 && !again.output.contains("was not in this folder"))
  }

  @Test("the fables take no other file's place")
  func fablesInTheWay() throws {
    let (workspace, program) = try workspace()
    try FileManager.default.createDirectory(
      at: workspace.folder.appending(path: "data"), withIntermediateDirectories: false)
    try workspace.write("mine", to: "data/fables.json")
    let outcome = try BuiltProgram.Running(program, ["train"] + Workspace.small, in: workspace.folder).outcome()
    #expect(outcome.status == ExitCode.usage.rawValue)
    #expect(outcome.error.contains("data/fables.json holds something else: move it away, or name a text."))
    #expect(workspace.bytes("data/fables.json") == Data("mine".utf8) && workspace.bytes("data/fables.txt") == nil)
  }

  @Test("a hint names 'swift run' only in the folder of the package that the program was built in")
  func invocation() throws {
    let workspace = try Workspace()
    let folder = workspace.folder.path
    let built = folder + "/.build/release/minigpt"
    #expect(Installation.invocation(of: built, in: folder) == "swift run -c release minigpt")
    #expect(Installation.invocation(of: ".build/release/minigpt", in: folder) == "swift run -c release minigpt")
    #expect(Installation.invocation(of: built, in: "/") == built)
    #expect(Installation.invocation(of: "../.build/release/minigpt", in: folder) == "../.build/release/minigpt")
    #expect(Installation.invocation(of: "minigpt", in: folder) == "minigpt")
    #expect(Installation.invocation(of: "/my tools/minigpt", in: folder) == "'/my tools/minigpt'")
  }
}
