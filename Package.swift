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
    .library(name: "Transformer", targets: ["Transformer"]),
    .library(name: "Text", targets: ["Text"]),
    .library(name: "Checkpoints", targets: ["Checkpoints"]),
    .library(name: "Sampling", targets: ["Sampling"]),
    .library(name: "Training", targets: ["Training"]),
  ],
  targets: [
    .target(name: "CRandom", cSettings: cSettings),
    module("Randomness", "CRandom"),
    .target(name: "CKernels", dependencies: ["CRandom"], exclude: ["README.md"], cSettings: cSettings),
    module("Autograd", "CKernels", "Randomness"),
    module("Text", "Randomness"),
    module("Transformer", "Autograd", "Randomness"),
    module("Fables", "Randomness"),
    module("Checkpoints", "Transformer", "Text", "Autograd", "Randomness"),
    module("Sampling", "Transformer", "Text", "Randomness"),
    module("Training", "Checkpoints", "Transformer", "Text", "Autograd", "Randomness"),
    .executableTarget(
      name: "minigpt",
      dependencies: [
        "Training", "Sampling", "Fables", "Checkpoints", "Transformer", "Text", "Autograd", "Randomness", "CKernels",
      ],
      swiftSettings: swiftSettings),

    // The kernels' own headers, over a matrix unit that is a program.
    .target(
      name: "EmulatedMatrixUnit", dependencies: ["CKernels"], path: "Tests/EmulatedMatrixUnit", cSettings: cSettings),
    tests("CKernelsTests", "CKernels", "CRandom", "EmulatedMatrixUnit"),
    tests("RandomnessTests", "Randomness", "CRandom"),
    tests("AutogradTests", "Autograd", "Randomness"),
    tests("TextTests", "Text", "Randomness"),
    tests("TransformerTests", "Transformer", "Autograd", "Randomness"),
    tests("FablesTests", "Fables", "Randomness"),
    tests("CheckpointsTests", "Checkpoints", "Transformer", "Text", "Autograd", "Randomness"),
    tests("SamplingTests", "Sampling", "Transformer", "Text", "Randomness"),
    tests("TrainingTests", "Training", "Checkpoints", "Transformer", "Text", "Autograd", "Randomness"),
    tests(
      "minigptTests", "minigpt", "Training", "Sampling", "Checkpoints", "Transformer", "Text", "Autograd", "Randomness"),
    .testTarget(
      name: "PeerTests", dependencies: ["Training", "Checkpoints", "Transformer", "Autograd", "Randomness"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
  ]
)
