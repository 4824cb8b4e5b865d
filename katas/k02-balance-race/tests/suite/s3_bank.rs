use std::fmt::Debug;
use std::sync::Arc;

use k02::s3_bank::Bank;
use k02_given::{AccountId, Insufficient, TransferError};
use model::thread::JoinHandle;

use crate::say::{one_of, same};

const A: AccountId = AccountId(0);
const B: AccountId = AccountId(1);
const C: AccountId = AccountId(2);

type Answer = Result<(), TransferError>;

/// A transfer takes from one account what it gives to another, and touches no third.
#[suite::test]
fn transfer_moves_the_money() {
    let bank = Bank::new(&[100, 50, 7]);
    books("A new bank", &bank, [100, 50, 7]);
    transfers("Transfer 30 from account 0 to 1", &bank, (A, B, 30), Ok(()));
    books("After 30 from 0 to 1", &bank, [70, 80, 7]);
    transfers("Transfer all 80 from account 1 to 2", &bank, (B, C, 80), Ok(()));
    transfers("Transfer 1 from account 2 to 0", &bank, (C, A, 1), Ok(()));
    transfers("Transfer nothing from account 1 to 0", &bank, (B, A, 0), Ok(()));
    books("After 80 from 1 to 2 and 1 from 2 to 0", &bank, [71, 0, 86]);
    same("The balance of account 3 in a bank of three", bank.balance(AccountId(3)), None);
    let rich = Bank::new(&[u64::MAX, u64::MAX]);
    same("The total of two full accounts", rich.total(), 2 * u128::from(u64::MAX));
}

/// A transfer that is refused says why and leaves every account as it was.
#[suite::test]
fn refused_transfer_changes_nothing() {
    const NOWHERE: AccountId = AccountId(3);
    let bank = Bank::new(&[100, 50, 0]);
    let unknown: Answer = Err(TransferError::UnknownAccount(NOWHERE));
    let poor: Answer = Err(TransferError::Insufficient(Insufficient { balance: 50 }));
    transfers("Transfer 51 from account 1, which holds 50", &bank, (B, A, 51), poor);
    transfers("Transfer 30 to account 3 of a bank of three", &bank, (A, NOWHERE, 30), unknown);
    transfers("Transfer 30 from account 3 of a bank of three", &bank, (NOWHERE, A, 30), unknown);
    transfers("Transfer nothing to account 3 of a bank of three", &bank, (A, NOWHERE, 0), unknown);
    transfers("Transfer 30 from account 3 to itself", &bank, (NOWHERE, NOWHERE, 30), unknown);
    books("After five refused transfers", &bank, [100, 50, 0]);
    transfers("Transfer 50 from account 1, after the refusals", &bank, (B, A, 50), Ok(()));
    books("After 50 from 1 to 0", &bank, [150, 0, 0]);
}

/// Where the receiver cannot hold the money, the giver keeps it, and nobody ever saw it gone: a
/// transfer that meets the refused one finds all of it.
#[suite::test(model)]
fn failed_credit_restores_debit() {
    const FULL: u64 = u64::MAX;
    let bank = Arc::new(Bank::new(&[100, FULL - 10, 0]));
    let too_much = transfer("A: 60 from 0 to 1", &bank, (A, B, 60));
    let fits = transfer("B: 80 from 0 to 2", &bank, (A, C, 80));
    let saw = format!("{} {}", ending(too_much, fits), holdings(&bank));
    one_of(
        "100 in account 0, room for 10 in 1; A: 60 from 0 to 1, B: 80 from 0 to 2",
        &saw,
        &[
            &format!("A Err(Overflow(Overflow)), B Ok(()), balances [20, {}, 80]", FULL - 10),
            &format!(
                "A Err(Insufficient(Insufficient {{ balance: 20 }})), B Ok(()), \
                 balances [20, {}, 80]",
                FULL - 10
            ),
        ],
    );
}

/// A transfer from an account to itself changes nothing and comes back: whoever locks the same
/// account twice waits for himself.
#[suite::test(model)]
fn self_transfer_is_a_noop() {
    let bank = Bank::new(&[100, u64::MAX]);
    let poor: Answer = Err(TransferError::Insufficient(Insufficient { balance: 100 }));
    transfers("Transfer 30 from account 0 to itself", &bank, (A, A, 30), Ok(()));
    transfers("Transfer 101 from account 0, which holds 100, to itself", &bank, (A, A, 101), poor);
    transfers("Transfer 1 from a full account to itself", &bank, (B, B, 1), Ok(()));
    same("The balance of account 0, after transfers to itself", bank.balance(A), Some(100));
    same("The balance of account 1, after a transfer to itself", bank.balance(B), Some(u64::MAX));
}

/// However transfers overlap, no money appears or vanishes: what one has moved, the other does not
/// overwrite; who was woken looks again whether it is its turn.
#[suite::test(model)]
fn loom_money_is_conserved() {
    let bank = Arc::new(Bank::new(&[100, 50, 0]));
    let first = transfer("A: 30 from 0 to 1", &bank, (A, B, 30));
    let second = {
        let bank = Arc::clone(&bank);
        model::lane("B: 40 and 5 from 1 to 2, look at 1", move || {
            let answers: [Answer; 2] = [40, 5].map(|cents| bank.transfer(B, C, cents));
            let left: Option<u64> = bank.balance(B);
            (answers, left)
        })
    };
    let saw = format!("{} {}", ending(first, second), holdings(&bank));
    one_of(
        "Balances [100, 50, 0]; A: 30 from 0 to 1, B: 40 and 5 from 1 to 2, then looks at 1",
        &saw,
        &[
            "A Ok(()), B ([Ok(()), Ok(())], Some(5)), balances [70, 35, 45]",
            "A Ok(()), B ([Ok(()), Ok(())], Some(35)), balances [70, 35, 45]",
        ],
    );
}

/// However two transfers from one account overlap, it gives only what it holds.
#[suite::test(model)]
fn loom_never_overdrawn() {
    let bank = Arc::new(Bank::new(&[100, 0, 0]));
    let first = transfer("A: 70 from 0 to 1", &bank, (A, B, 70));
    let second = transfer("B: 70 from 0 to 2", &bank, (A, C, 70));
    let saw = format!("{} {}", ending(first, second), holdings(&bank));
    one_of(
        "Balances [100, 0, 0]; A: 70 from 0 to 1, B: 70 from 0 to 2",
        &saw,
        &[
            "A Ok(()), B Err(Insufficient(Insufficient { balance: 30 })), balances [30, 70, 0]",
            "A Err(Insufficient(Insufficient { balance: 30 })), B Ok(()), balances [30, 0, 70]",
        ],
    );
}

/// Two transfers in opposite directions both come to their end, between whichever accounts: neither
/// holds the account that the other waits for.
#[suite::test(model)]
fn loom_opposite_transfers_do_not_deadlock() {
    let bank = Arc::new(Bank::new(&[100, 100, 100]));
    let there = several("A: 0 to 1, 0 to 2, 1 to 2", &bank, [(A, B, 30), (A, C, 10), (B, C, 5)]);
    let back = several("B: 1 to 0, 2 to 0, 2 to 1", &bank, [(B, A, 50), (C, A, 20), (C, B, 40)]);
    let answers = [there, back].map(|lane| lane.join().expect("every lane returns"));
    let what = "A: 30 from 0 to 1, 10 from 0 to 2, 5 from 1 to 2; B: 50 from 1 to 0, 20 from 2 to 0, \
                40 from 2 to 1";
    same(what, answers, [[Ok(()); 3]; 2]);
    books("After that", &bank, [130, 115, 55]);
}

/// Three transfers in a circle all come to their end: no ring of threads, each holding what the
/// next one waits for.
#[suite::test(model)]
fn loom_circle_of_three_does_not_deadlock() {
    let bank = Arc::new(Bank::new(&[100, 100, 100]));
    let lanes = [
        transfer("A: 10 from 0 to 1", &bank, (A, B, 10)),
        transfer("B: 20 from 1 to 2", &bank, (B, C, 20)),
        transfer("C: 40 from 2 to 0", &bank, (C, A, 40)),
    ];
    let answers: [Answer; 3] = lanes.map(|lane| lane.join().expect("every lane returns"));
    same("10 from 0 to 1, 20 from 1 to 2, 40 from 2 to 0, at once", answers, [Ok(()); 3]);
    books("After 10 from 0 to 1, 20 from 1 to 2, 40 from 2 to 0", &bank, [130, 90, 80]);
}

/// Wherever one transfer stands still, others between other accounts run from begin to end, in a
/// large bank too: only those who want the same account wait for each other.
#[suite::test]
fn disjoint_transfers_do_not_wait() {
    model::blocks_nobody("A: 30 from 0 to 1", "B: 40 from 2 to 3, 4 to 5, …", || {
        let bank = Arc::new(Bank::new(&[100; 1026]));
        let other = Arc::clone(&bank);
        // A does nothing else: it must not stop with a lock that is no part of its transfer.
        let first = move || transfers("Transfer 30 from 0 to 1", &bank, (A, B, 30), Ok(()));
        let others = move || {
            for (from, to) in FAR_APART.map(|n| (AccountId(n), AccountId(n + 1))) {
                let what = format!("Transfer 40 from {} to {}", from.0, to.0);
                transfers(&what, &other, (from, to, 40), Ok(()));
                let balances = [from, to].map(|id| other.balance(id));
                same(format!("{what}, the balances"), balances, [Some(60), Some(140)]);
            }
        };
        (first, others)
    });
}

/// Where `n` locks serve all accounts, account `n` shares the lock of account 0: for the `n` that
/// are likely.
const FAR_APART: [usize; 12] = [2, 4, 8, 10, 16, 32, 64, 100, 128, 256, 512, 1024];

/// Whenever the auditor adds up all accounts, every cent is there: none is between two accounts.
#[suite::test(model)]
fn loom_auditor_sees_every_cent() {
    let bank = Arc::new(Bank::new(&[100, 100, 100]));
    let mover = {
        let bank = Arc::clone(&bank);
        model::lane("A: 30 there, back, and there", move || {
            let there: Answer = bank.transfer(A, C, 30);
            let back: Answer = bank.transfer(C, A, 30);
            let again: Answer = bank.transfer(A, C, 30);
            [there, back, again]
        })
    };
    let auditor = {
        let bank = Arc::clone(&bank);
        model::lane("B: total", move || bank.total())
    };
    let total: u128 = auditor.join().expect("B returns");
    same("300 cents in the bank; the total while A moves 30 there and back", total, 300);
    let moved = mover.join().expect("A returns");
    same("Transfer 30 from account 0 to 2, back, and again", moved, [Ok(()); 3]);
    books("After 30 from 0 to 2, back, and again", &bank, [70, 100, 130]);
}

/// Calls `transfer` and compares its answer.
#[track_caller]
fn transfers(what: &str, bank: &Bank, order: (AccountId, AccountId, u64), expected: Answer) {
    let (from, to, cents) = order;
    let answer: Answer = bank.transfer(from, to, cents);
    same(what, answer, expected);
}

/// Compares every balance of a bank of three, and its total.
#[track_caller]
fn books(what: &str, bank: &Bank, expected: [u64; 3]) {
    let balances: [Option<u64>; 3] = [A, B, C].map(|id| bank.balance(id));
    same(format!("{what}, the balances"), balances, expected.map(Some));
    let total: u128 = bank.total();
    same(format!("{what}, the total"), total, expected.into_iter().map(u128::from).sum());
}

/// A lane that makes one transfer.
fn transfer(
    name: &'static str,
    bank: &Arc<Bank>,
    order: (AccountId, AccountId, u64),
) -> JoinHandle<Answer> {
    let (from, to, cents) = order;
    let bank = Arc::clone(bank);
    model::lane(name, move || bank.transfer(from, to, cents))
}

/// A lane that makes one transfer after another.
fn several<const N: usize>(
    name: &'static str,
    bank: &Arc<Bank>,
    orders: [(AccountId, AccountId, u64); N],
) -> JoinHandle<[Answer; N]> {
    let bank = Arc::clone(bank);
    model::lane(name, move || orders.map(|(from, to, cents)| bank.transfer(from, to, cents)))
}

/// What both lanes were answered.
fn ending<T: Debug + 'static>(a: JoinHandle<Answer>, b: JoinHandle<T>) -> String {
    let (a, b) = (a.join().expect("A returns"), b.join().expect("B returns"));
    format!("A {a:?}, B {b:?},")
}

/// What the accounts of a bank of three hold.
fn holdings(bank: &Bank) -> String {
    let balances: [Option<u64>; 3] = [A, B, C].map(|id| bank.balance(id));
    format!("balances {:?}", balances.map(Option::unwrap_or_default))
}
