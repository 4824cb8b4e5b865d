//! What is compared.

/// The ways to do the same that a bench compares: an enum without fields.
pub trait Way: Copy + PartialEq + 'static {
    /// In the order of the columns. The first is what the others are compared with.
    const ALL: &'static [Self];

    /// The name in JSON.
    fn key(self) -> &'static str;

    /// The kata's step that is measured, where the ways are of different steps.
    fn step(self) -> Option<&'static str> {
        None
    }

    /// Its place in [`Way::ALL`].
    ///
    /// # Panics
    /// If it is not there.
    fn index(self) -> usize {
        Self::ALL.iter().position(|way| *way == self).expect("ALL names every way")
    }
}

/// What one run yields.
pub trait Rate {
    /// How much was done a second. The median round is the one of the median rate.
    fn rate(&self) -> f64;
}
