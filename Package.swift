// swift-tools-version: 6.2
import PackageDescription

// Strict layers: a target depends only on targets listed above it.

let swiftSettings: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let cSettings: [CSetting] = [.treatAllWarnings(as: .error)]

func module(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

let package = Package(
  name: "MiniGPT",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "minigpt", targets: ["minigpt"]),
    .library(name: "Randomness", targets: ["Randomness"]),
    .library(name: "Autograd", targets: ["Autograd"]),
    .library(name: "Layers", targets: ["Layers"]),
    .library(name: "Optimizers", targets: ["Optimizers"]),
    .library(name: "Transformer", targets: ["Transformer"]),
    .library(name: "NGrams", targets: ["NGrams"]),
    .library(name: "Text", targets: ["Text"]),
    .library(name: "Files", targets: ["Files"]),
    .library(name: "Checkpoints", targets: ["Checkpoints"]),
    .library(name: "Sampling", targets: ["Sampling"]),
    .library(name: "Training", targets: ["Training"]),
  ],
  targets: [
    .target(name: "CRandom", cSettings: cSettings),
    module("Randomness", "CRandom"),
    .target(name: "CKernels", dependencies: ["CRandom"], exclude: ["README.md"], cSettings: cSettings),
    module("Autograd", "CKernels", "Randomness"),
    .target(name: "CSHA256", cSettings: cSettings),
    module("Files", "CSHA256"),
    module("TensorBoard", "Files"),
    module("Text", "Files", "Randomness"),
    module("NGrams", "Text"),
    module("Layers", "Autograd", "Randomness"),
    module("Optimizers", "Layers", "Autograd"),
    module("Transformer", "Layers", "Autograd", "Randomness"),
    module("Fables", "Randomness"),
    module("Checkpoints", "Files", "TensorBoard", "Transformer", "NGrams", "Text", "Autograd", "Randomness"),
    module("Sampling", "Transformer", "NGrams", "Text", "Files", "Randomness"),
    module(
      "Training", "Optimizers", "Checkpoints", "Files", "TensorBoard", "Transformer", "Layers", "NGrams", "Text",
      "Autograd", "Randomness"),
    module("Benchmarks", "Training", "Transformer", "Layers", "Autograd", "CKernels"),
    .executableTarget(
      name: "minigpt",
      dependencies: [
        "Benchmarks", "Training", "Sampling", "Fables", "Checkpoints", "Files", "Transformer", "Layers", "NGrams",
        "Text", "Autograd", "Randomness",
      ],
      swiftSettings: swiftSettings),

    // The kernels' own headers, over a matrix unit that is a program.
    .target(
      name: "EmulatedMatrixUnit", dependencies: ["CKernels"], path: "Tests/EmulatedMatrixUnit", cSettings: cSettings),
    tests("CKernelsTests", "CKernels", "CRandom", "EmulatedMatrixUnit"),
    tests("RandomnessTests", "Randomness", "CRandom"),
    tests("AutogradTests", "Autograd", "Randomness"),
    tests("FilesTests", "Files"),
    tests("TensorBoardTests", "TensorBoard", "Files"),
    tests("TextTests", "Text", "Files", "Randomness"),
    tests("NGramsTests", "NGrams", "Text", "Randomness"),
    tests("OptimizersTests", "Optimizers", "Layers", "Autograd", "Randomness"),
    tests("LayersTests", "Layers", "Optimizers", "Autograd", "Randomness"),
    tests("TransformerTests", "Layers", "Transformer", "Autograd", "Randomness"),
    tests("FablesTests", "Fables", "Randomness"),
    // What can happen to a checkpoint's files; the rest of its package reads a million of them.
    .target(
      name: "CheckpointFaults", path: "Tests/Endurance/Mutations/Sources/CheckpointMutations",
      swiftSettings: swiftSettings),
    tests(
      "CheckpointsTests", "CheckpointFaults", "Checkpoints", "Files", "TensorBoard", "Transformer", "Layers", "NGrams",
      "Text", "Autograd", "Randomness"),
    tests("SamplingTests", "Sampling", "Transformer", "Layers", "NGrams", "Text", "Autograd", "Randomness"),
    tests(
      "TrainingTests", "Training", "Optimizers", "Checkpoints", "Files", "Transformer", "Layers", "NGrams", "Text",
      "Autograd", "Randomness"),
    tests("BenchmarksTests", "Benchmarks", "Training", "Text", "Transformer"),
    tests(
      "minigptTests", "minigpt", "Benchmarks", "Training", "Sampling", "Checkpoints", "Files", "Transformer", "Layers",
      "Text", "Autograd",
      "Randomness"),
    .testTarget(
      name: "PeerTests",
      dependencies: [
        "Training", "Optimizers", "Checkpoints", "Files", "Transformer", "Layers", "Autograd", "Randomness",
      ],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
  ]
)
