// Samples of the operations that rearrange elements.

extension Operation {
  var broadcastSamples: [OperationSample] {
    [
      OperationSample("new leading axis", [normal([3])]) { $0[0].broadcast(to: [2, 3]) },
      OperationSample("inner axis", [normal([2, 1, 3])]) { $0[0].broadcast(to: [2, 4, 3]) },
      OperationSample("scalar", [normal([])]) { $0[0].broadcast(to: [2, 2]) },
    ]
  }

  var reshapeSamples: [OperationSample] {
    [
      OperationSample("[2, 3] to [3, -1]", [normal([2, 3])]) { $0[0].reshaped(to: [3, -1]) },
      OperationSample("to a scalar", [normal([1, 1])]) { $0[0].reshaped(to: []) },
    ]
  }

  var transposeSamples: [OperationSample] {
    [
      OperationSample("matrix", [normal([2, 3])]) { $0[0].transposed() },
      OperationSample("three axes in a ring", [normal([2, 3, 4])]) { $0[0].transposed([1, 2, 0]) },
      OperationSample("axis of size 0", [normal([2, 0, 3])]) { $0[0].transposed([2, 0, 1]) },
    ]
  }

  var sliceSamples: [OperationSample] {
    [
      OperationSample("rows", [normal([4, 3])]) { $0[0].slice(1..<3) },
      OperationSample("inner axis", [normal([2, 5, 2])]) { $0[0].slice(2..<5, axis: 1) },
      OperationSample("nothing", [normal([2, 3])]) { $0[0].slice(1..<1, axis: 1) },
      OperationSample("of an empty tensor", [normal([0, 3])]) { $0[0].slice(1..<2, axis: 1) },
    ]
  }

  var concatenateSamples: [OperationSample] {
    [
      OperationSample("rows", [normal([2, 3]), normal([1, 3], 2)]) { .concatenate($0) },
      OperationSample("inner axis, one part empty", [normal([2, 2]), normal([2, 0], 2), normal([2, 1], 3)]) {
        .concatenate($0, axis: -1)
      },
      OperationSample("one tensor twice", [normal([2, 2])]) { .concatenate([$0[0], $0[0]], axis: 1) },
    ]
  }

  var gatherSamples: [OperationSample] {
    [
      OperationSample("last axis, an index repeats", [normal([2, 3])]) { $0[0].gather([2, 2, 0, 1], shape: [2, 2]) },
      OperationSample("first axis", [normal([3, 2])]) { $0[0].gather([2, 0, 1, 0, 0, 0], shape: [3, 2], axis: 0) },
      OperationSample("nothing", [normal([2, 3])]) { $0[0].gather([], shape: [2, 0]) },
    ]
  }
}
