/// The scalar that `function` makes of `inputs`, without history, and its gradients with respect to each of them.
///
///     let (loss, gradients) = valueAndGradients(at: [w, b]) { meanSquaredError($0[0] * x + $0[1], y) }
///
/// `function` gets the inputs as variables. The graph is gone when this returns. Traps where the value is no scalar or
/// depends on no input.
public func valueAndGradients<Failure: Error>(
  at inputs: [Tensor], of function: ([Tensor]) throws(Failure) -> Tensor
) throws(Failure) -> (value: Tensor, gradients: [Tensor]) {
  let variables = inputs.map { $0.requiringGradient() }
  let result = try function(variables)
  let value = result.detached
  return (value, (consume result).gradients(of: variables))
}

/// The scalar that `function` makes of `input`, without history, and its gradient with respect to it: as
/// `valueAndGradients`, for one input.
public func valueAndGradient<Failure: Error>(
  at input: Tensor, of function: (Tensor) throws(Failure) -> Tensor
) throws(Failure) -> (value: Tensor, gradient: Tensor) {
  let variable = input.requiringGradient()
  let result = try function(variable)
  let value = result.detached
  return (value, (consume result).gradients(of: [variable])[0])
}
