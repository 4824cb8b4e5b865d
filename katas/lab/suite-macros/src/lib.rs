//! The attribute behind every test of a suite. Use it as `#[suite::test]`: the crate `suite`
//! re-exports it and holds what it expands to.
//!
//! The expansion is a pure function over token streams (`expand::test`), so that what it
//! refuses is tested here, as ordinary unit tests, without compiling anything.

mod expand;
mod options;

use proc_macro::TokenStream;

/// Makes one test of a suite.
///
/// ```ignore
/// /// Two withdrawals at once never take more than there is.
/// #[suite::test(model)]
/// fn never_negative() { /* ... */ }
/// ```
///
/// The doc comment is required: it is the behaviour in words, shown to the learner on failure.
///
/// | option | on | meaning |
/// |---|---|---|
/// | none | `fn` | runs as it is |
/// | none | `async fn` | on a current-thread runtime, real clock |
/// | `paused` | `async fn` | the same with tokio's paused clock |
/// | `model` | `fn` | the body is run once a schedule by `model::run` |
/// | `postgres` | `async fn(db: Db)` | with a fresh schema on the private PostgreSQL, real clock |
/// | `postgres = exclusive` | `async fn(db: Db)` | the same, alone: for what all databases share |
/// | `os` | `fn`, `async fn` | what happens depends on the operating system's scheduling; only recorded |
/// | `deadline = SECONDS` | all | after how long without an end the lab says *stuck*; 10 if absent |
///
/// The deadline of a test that explores schedules is one without progress.
///
/// `#[should_panic]`, `#[ignore]`, a second test attribute, other arguments, a return type, generics
/// and `unsafe` do not compile: each would let a test pass for another reason than its behaviour.
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::test(options.into(), item.into()).into()
}
