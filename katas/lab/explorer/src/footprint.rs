use std::collections::BTreeSet;

/// What a step read and wrote, in names that the ports of a scenario agree on (`stock`,
/// `queue:mail`). It tells the search which steps may change places without anyone noticing.
///
/// It must be conservative: a name too many costs schedules, a name too few hides failures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footprint {
    reads: BTreeSet<String>,
    writes: BTreeSet<String>,
    everything: bool,
}

impl Footprint {
    /// Touches nothing that another lane could notice.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// May touch anything: it changes places with no other step.
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    #[must_use]
    pub fn reads(mut self, name: impl Into<String>) -> Self {
        self.reads.insert(name.into());
        self
    }

    #[must_use]
    pub fn writes(mut self, name: impl Into<String>) -> Self {
        self.writes.insert(name.into());
        self
    }

    /// Whether two steps with these footprints give the same in either order.
    pub fn independent(&self, other: &Self) -> bool {
        !self.everything
            && !other.everything
            && self.writes.is_disjoint(&other.writes)
            && self.writes.is_disjoint(&other.reads)
            && self.reads.is_disjoint(&other.writes)
    }

    /// Both together.
    pub fn add(&mut self, other: &Self) {
        self.reads.extend(other.reads.iter().cloned());
        self.writes.extend(other.writes.iter().cloned());
        self.everything |= other.everything;
    }
}

#[cfg(test)]
mod tests {
    use super::Footprint;

    #[test]
    fn readers_change_places_and_writers_do_not() {
        let read = Footprint::nothing().reads("x");
        let write = Footprint::nothing().writes("x");
        let other = Footprint::nothing().writes("y");
        assert!(read.independent(&read));
        assert!(!read.independent(&write) && !write.independent(&read));
        assert!(!write.independent(&write));
        assert!(write.independent(&other));
        assert!(!Footprint::everything().independent(&Footprint::nothing()));
    }
}
