/// The nearest bfloat16, and of two equally near the even one.
func bfloat16(_ x: Float) -> Float {
  Float(bitPattern: (x.bitPattern + 0x7FFF + (x.bitPattern >> 16 & 1)) & 0xFFFF_0000)
}
