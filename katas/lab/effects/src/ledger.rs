use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What really happened, counted by business id (an order, an invoice). Cheap to clone: all clones
/// are the same ledger.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<BTreeMap<String, usize>>>);

impl Ledger {
    /// It happened once more for this id.
    pub fn record(&self, id: &str) {
        *self.lock().entry(id.to_owned()).or_default() += 1;
    }

    /// How often it happened for this id.
    pub fn times(&self, id: &str) -> usize {
        self.lock().get(id).copied().unwrap_or_default()
    }

    /// How often it happened at all.
    pub fn total(&self) -> usize {
        self.lock().values().sum()
    }

    /// The ids for which it happened more than once.
    pub fn more_than_once(&self) -> Vec<String> {
        self.lock().iter().filter(|(_, times)| **times > 1).map(|(id, _)| id.clone()).collect()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// As a port's state: how often, by id.
    pub fn state(&self, name: &str) -> String {
        let mut lines = vec![format!("# {name}\tid\ttimes")];
        lines.extend(self.lock().iter().map(|(id, times)| format!("{id}\t{times}")));
        lines.join("\n")
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Ledger;

    #[test]
    fn counts_by_business_id() {
        let ledger = Ledger::default();
        for id in ["order-2", "order-1", "order-2"] {
            ledger.record(id);
        }
        assert_eq!((ledger.times("order-1"), ledger.times("order-3"), ledger.total()), (1, 0, 3));
        assert_eq!(ledger.more_than_once(), ["order-2"]);
        assert_eq!(ledger.state("charges"), "# charges\tid\ttimes\norder-1\t1\norder-2\t2");
        ledger.clear();
        assert_eq!(ledger.total(), 0);
    }
}
