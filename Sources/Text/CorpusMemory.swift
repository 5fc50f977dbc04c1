import Files

/// Throws where a text's `byteCount` bytes are more memory than this process may have, or than it is given now.
func requireCorpusMemory(_ byteCount: Int, for task: String) throws(MemoryError) {
  let remedy = "give a shorter text, or a part of this one"
  try requireMemory(Double(byteCount), for: task, remedy: remedy)
  guard !Memory.isGranted(byteCount) else { return }
  var most = byteCount / 2
  while most > 1 << 20, !Memory.isGranted(most) { most /= 2 }
  try requireMemory(Double(byteCount), for: task, remedy: remedy, available: Double(most))
}
