/// The words that a role may take: one row an entry, one column a form.
package struct WordList: Sendable {
  package let rows: [[String]]

  package init(_ rows: [[String]]) {
    self.rows = rows
  }
}

/// Something that a fable mentions again and again: who it is about, where it happens, and with what.
package struct Role: Sendable {
  /// What templates call the columns of the list, in order: the example that the templates are about.
  package let example: [String]
  /// Two roles with the same pool share its list and never hold the same entry of it.
  package let pool: String
  /// What it may be.
  package let list: WordList

  package init(_ example: [String], from pool: String, _ list: WordList) {
    self.example = example
    self.pool = pool
    self.list = list
  }
}
