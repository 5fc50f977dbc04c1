// Samples of the operations that rearrange elements.

extension Operation {
  var broadcastSamples: [OperationSample] {
    [
      OperationSample("new leading axis", [normal([3])]) { $0[0].broadcast(to: [2, 3]) },
      OperationSample("inner axis", [normal([2, 1, 3])]) { $0[0].broadcast(to: [2, 4, 3]) },
      OperationSample("first and last axis", [normal([1, 2, 1])]) { $0[0].broadcast(to: [3, 2, 2]) },
      OperationSample("scalar", [normal([])]) { $0[0].broadcast(to: [2, 2]) },
      OperationSample("to no elements", [normal([2, 1])]) { $0[0].broadcast(to: [2, 0]) },
      OperationSample("used twice", [normal([3])]) { $0[0].broadcast(to: [2, 3]) * $0[0] },
    ]
  }

  var reshapeSamples: [OperationSample] {
    [
      OperationSample("[2, 3] to [3, -1]", [normal([2, 3])]) { $0[0].reshaped(to: [3, -1]) },
      OperationSample("to a scalar", [normal([1, 1])]) { $0[0].reshaped(to: []) },
      OperationSample("from a scalar", [normal([])]) { $0[0].reshaped(to: [1, 1]) },
      OperationSample("no elements", [normal([0, 2])]) { $0[0].reshaped(to: [3, 0]) },
      OperationSample("used twice", [normal([2, 3])]) { inputs in
        let y = inputs[0].reshaped(to: [3, 2])
        return y * y
      },
    ]
  }

  var transposeSamples: [OperationSample] {
    [
      OperationSample("matrix", [normal([2, 3])]) { $0[0].transposed() },
      OperationSample("three axes in a ring", [normal([2, 3, 4])]) { $0[0].transposed([1, 2, 0]) },
      OperationSample("axes of size 1", [normal([1, 3, 1])]) { $0[0].transposed([2, 1, 0]) },
      OperationSample("axis of size 0", [normal([2, 0, 3])]) { $0[0].transposed([2, 0, 1]) },
      OperationSample("a matrix and its transposition", [normal([3, 3])]) { $0[0] * $0[0].transposed() },
    ]
  }

  var sliceSamples: [OperationSample] {
    [
      OperationSample("rows", [normal([4, 3])]) { $0[0].slice(1..<3) },
      OperationSample("inner axis", [normal([2, 5, 2])]) { $0[0].slice(2..<5, axis: 1) },
      OperationSample("last axis", [normal([2, 4])]) { $0[0].slice(3..<4, axis: -1) },
      OperationSample("everything", [normal([2, 3])]) { $0[0].slice(0..<2) },
      OperationSample("nothing", [normal([2, 3])]) { $0[0].slice(1..<1, axis: 1) },
      OperationSample("of an empty tensor", [normal([0, 3])]) { $0[0].slice(1..<2, axis: 1) },
      OperationSample("an integer and a range", [normal([3, 4])]) { $0[0][1, 2...] },
      OperationSample("the last of every row", [normal([2, 3, 4])]) { $0[0][..., -1] },
      OperationSample("inside every axis", [normal([3, 4, 3])]) { $0[0][1..<3, ...2, 1] },
      OperationSample("two parts that overlap", [normal([4, 2])]) { $0[0].slice(0..<3) * $0[0].slice(1..<4) },
    ]
  }

  var concatenateSamples: [OperationSample] {
    [
      OperationSample("rows", [normal([2, 3]), normal([1, 3], 2)]) { .concatenate($0) },
      OperationSample("three parts along the last axis", [normal([2, 1]), normal([2, 2], 2), normal([2, 3], 3)]) {
        .concatenate($0, axis: 1)
      },
      OperationSample("inner axis, one part empty", [normal([2, 2]), normal([2, 0], 2), normal([2, 1], 3)]) {
        .concatenate($0, axis: -1)
      },
      OperationSample("a single part", [normal([2, 2])]) { .concatenate($0) },
      OperationSample("one tensor twice", [normal([2, 2])]) { .concatenate([$0[0], $0[0]], axis: 1) },
    ]
  }

  var gatherSamples: [OperationSample] {
    [
      OperationSample("last axis, an index repeats", [normal([2, 3])]) { $0[0].gather([2, 2, 0, 1], shape: [2, 2]) },
      OperationSample("first axis", [normal([3, 2])]) { $0[0].gather([2, 0, 1, 0, 0, 0], shape: [3, 2], axis: 0) },
      OperationSample("fewer rows than there are", [normal([3, 2])]) { $0[0].gather([1, 0], shape: [2, 1]) },
      OperationSample("one element", [normal([1])]) { $0[0].gather([0, 0, 0], shape: [3]) },
      OperationSample("nothing", [normal([2, 3])]) { $0[0].gather([], shape: [2, 0]) },
    ]
  }
}
