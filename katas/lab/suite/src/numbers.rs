//! The largest number, as people write it.

use protocol::Outcome;

/// `text` with `u64::MAX` for its twenty digits.
pub fn readable(text: &str) -> String {
    let digits = u64::MAX.to_string();
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&digits) {
        let (before, after) = (&rest[..at], &rest[at + digits.len()..]);
        let longer = digit(before.chars().next_back()) || digit(after.chars().next());
        out.push_str(before);
        out.push_str(if longer { &digits } else { "u64::MAX" });
        rest = after;
    }
    out + rest
}

/// All that a learner reads of it.
pub(crate) fn outcome(outcome: &Outcome) -> Outcome {
    let mut outcome = outcome.clone();
    outcome.message = readable(&outcome.message);
    let Some(timeline) = &mut outcome.timeline else { return outcome };
    let rows = timeline.rows.iter_mut();
    let cells = timeline.tables.iter_mut().flat_map(|table| &mut table.rows).flatten();
    for text in rows.flat_map(|row| [Some(&mut row.text), row.mark.as_mut()]).flatten() {
        *text = readable(text);
    }
    for text in cells.chain(&mut timeline.notes) {
        *text = readable(text);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn only_the_number_itself() {
        let max = u64::MAX;
        assert_eq!(readable(&format!("A Ok({max}), now {max}")), "A Ok(u64::MAX), now u64::MAX");
        assert_eq!(readable(&format!("1{max} {max}0")), format!("1{max} {max}0"));
        assert_eq!(readable("18446744073709551614"), "18446744073709551614");
    }
}
