//! Values in a timeline, without asking a learner's type for `Debug`.

/// `value` as text, if its type is one of those that the suites use; `None` otherwise.
///
/// Neither `Debug` nor `'static` is asked for: right solutions may keep types that have neither.
pub(crate) fn show<T: ?Sized>(value: &T) -> Option<String> {
    macro_rules! one_of {
        ($($type:ty),+ $(,)?) => {
            $(if let Ok(known) = castaway::cast!(value, &$type) {
                return Some(short(suite::numbers::readable(&format!("{known:?}"))));
            })+
        };
    }
    one_of!(u64, i64, usize, u32, i32, u8, u128, bool, String, Option<u64>, Option<u32>);
    one_of!(Option<usize>, Option<String>, Vec<u64>, Vec<i64>, Vec<u32>, Vec<usize>, Vec<String>);
    one_of!([u64; 2], [u64; 3], (u64, u64), [u64], Result<u64, String>);
    None
}

/// What still fits half a line.
fn short(text: String) -> String {
    const MOST: usize = 20;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::show;

    #[test]
    fn shows_common_types_and_keeps_silent_about_others() {
        struct Own<'a>(&'a str);
        assert_eq!(show(&100_u64).as_deref(), Some("100"));
        assert_eq!(show(&Some(7_u64)).as_deref(), Some("Some(7)"));
        assert_eq!(show(&vec![1_u64, 2]).as_deref(), Some("[1, 2]"));
        assert_eq!(show(&vec![1_000_000_u64; 9]).as_deref(), Some("[1000000, 1000000, 1…"));
        let local = String::from("x");
        assert_eq!(show(&Own(&local)), None);
        assert_eq!(Own(&local).0, "x");
    }
}
