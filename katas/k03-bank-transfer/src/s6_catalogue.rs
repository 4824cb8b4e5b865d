//! Step 6: the isolation catalogue.

use k03_given::Example;

/// Examples of what each isolation level lets happen and what it prevents. The suite runs each of
/// them in every order.
///
/// For READ COMMITTED, REPEATABLE READ and SERIALIZABLE: at least one phenomenon that happens, and
/// one that is prevented. Write skew is among them: once where it happens at REPEATABLE READ, once
/// where it is prevented.
///
/// An example of something prevented says something only if it happens elsewhere: the same two
/// sessions must show the same phenomenon at another level. (For a dirty read, which PostgreSQL has
/// at no level: A must see what B has written when B commits it.)
pub fn catalogue() -> Vec<Example> {
    todo!("which two sessions show it?")
}
