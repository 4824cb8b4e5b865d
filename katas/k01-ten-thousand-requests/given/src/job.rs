/// How one of many jobs ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job<T, E> {
    /// It returned `Ok`.
    Done(T),
    /// It returned `Err`.
    Failed(E),
    /// It panicked.
    Panicked,
    /// Its time was up before it ended, or before it began.
    Expired,
}
