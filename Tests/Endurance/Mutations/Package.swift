// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that whoever depends on MiniGPT gets no such product.

let swiftSettings: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "Mutations",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "MiniGPT", path: "../../..")],
  targets: [
    // Its sources are those of the target CheckpointFaults of MiniGPT's tests, too.
    .target(name: "CheckpointMutations", swiftSettings: swiftSettings),
    .executableTarget(
      name: "mutations",
      dependencies: [
        "CheckpointMutations", .product(name: "Checkpoints", package: "MiniGPT"),
        .product(name: "Files", package: "MiniGPT"), .product(name: "Sampling", package: "MiniGPT"),
        .product(name: "Text", package: "MiniGPT"), .product(name: "Training", package: "MiniGPT"),
        .product(name: "Transformer", package: "MiniGPT"),
      ],
      swiftSettings: swiftSettings),
  ]
)
