/// The scalar value of `function` at `inputs`, detached, and its gradients with respect to each of them.
///
///     let (loss, gradients) = valueAndGradients(at: [w, b]) { meanSquaredError($0[0] * x + $0[1], y) }
///
/// `function` receives the inputs as variables. The graph is freed on return. Traps if the value is not a scalar or
/// depends on no input.
public func valueAndGradients<Failure: Error>(
  at inputs: [Tensor], of function: ([Tensor]) throws(Failure) -> Tensor
) throws(Failure) -> (value: Tensor, gradients: [Tensor]) {
  let variables = inputs.map { $0.requiringGradient() }
  let result = try function(variables)
  let value = result.detached
  return (value, (consume result).gradients(of: variables))
}

/// The scalar value of `function` at `input`, detached, and its gradient with respect to it: as
/// `valueAndGradients`, for one input.
public func valueAndGradient<Failure: Error>(
  at input: Tensor, of function: (Tensor) throws(Failure) -> Tensor
) throws(Failure) -> (value: Tensor, gradient: Tensor) {
  let variable = input.requiringGradient()
  let result = try function(variable)
  let value = result.detached
  return (value, (consume result).gradients(of: [variable])[0])
}
