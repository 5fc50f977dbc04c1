import Files
import Foundation

/// Throws where `byteCount` bytes are more memory than this process may have, or than it is given now.
func requireRoom(_ byteCount: Int, for task: String) throws(MemoryError) {
  let remedy = "give a shorter text, or a part of this one"
  try requireMemory(Double(byteCount), for: task, remedy: remedy)
  guard !isGranted(byteCount) else { return }
  var most = byteCount / 2
  while most > 1 << 20, !isGranted(most) { most /= 2 }
  try requireMemory(Double(byteCount), for: task, remedy: remedy, available: Double(most))
}

/// Whether the system promises so much memory; nothing is kept of it.
private func isGranted(_ byteCount: Int) -> Bool {
  guard byteCount > 0 else { return true }
  let start = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
  guard let start, start != MAP_FAILED else { return false }
  munmap(start, byteCount)
  return true
}
