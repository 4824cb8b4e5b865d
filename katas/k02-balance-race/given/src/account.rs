use std::error::Error;
use std::fmt;

/// Money of one owner, in cents, shared by any number of threads.
///
/// Every call is *atomic*: whatever other threads do meanwhile, it answers as if it had happened
/// alone, at one moment between its begin and its end.
pub trait Account: Send + Sync {
    /// Takes `cents` out and answers with the balance right after that.
    ///
    /// # Errors
    /// [`Insufficient`] when the account holds less than `cents`; then nothing changes.
    fn withdraw(&self, cents: u64) -> Result<u64, Insufficient>;

    /// Puts `cents` in and answers with the balance right after that.
    ///
    /// # Errors
    /// [`Overflow`] when the sum would be more than [`u64::MAX`]; then nothing changes.
    fn deposit(&self, cents: u64) -> Result<u64, Overflow>;

    /// How many cents the account holds.
    fn balance(&self) -> u64;
}

/// The account holds less than was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Insufficient {
    /// What the account held at the moment of the refusal, in cents.
    pub balance: u64,
}

/// An account cannot hold more than [`u64::MAX`] cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow;

/// Names one account of a bank. A bank numbers its accounts from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub usize);

/// Why a transfer did not happen. Then no account has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferError {
    /// The bank has no such account.
    UnknownAccount(AccountId),
    /// The account that should give holds less than was asked for.
    Insufficient(Insufficient),
    /// The account that should receive cannot hold that much.
    Overflow(Overflow),
}

impl fmt::Display for Insufficient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the account holds only {} cents", self.balance)
    }
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the account cannot hold that much")
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account {}", self.0)
    }
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAccount(id) => write!(f, "there is no {id}"),
            Self::Insufficient(why) => why.fmt(f),
            Self::Overflow(why) => why.fmt(f),
        }
    }
}

impl Error for Insufficient {}
impl Error for Overflow {}
impl Error for TransferError {}

impl From<Insufficient> for TransferError {
    fn from(why: Insufficient) -> Self {
        Self::Insufficient(why)
    }
}

impl From<Overflow> for TransferError {
    fn from(why: Overflow) -> Self {
        Self::Overflow(why)
    }
}
