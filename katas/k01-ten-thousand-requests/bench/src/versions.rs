//! Of the crates that are compared.

/// What this program was built with.
const LOCK: &str = include_str!("../../../../Cargo.lock");

/// Names and versions.
pub fn versions() -> Vec<(&'static str, String)> {
    let version = |name| of(LOCK, name).map(|version| (name, version.to_owned()));
    ["tokio", "async-std", "rayon"].into_iter().filter_map(version).collect()
}

fn of<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = lock.split_once(&format!("\nname = \"{name}\"\nversion = \""))?;
    after.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_crate_that_is_compared_has_a_version() {
        let names: Vec<_> = versions().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["tokio", "async-std", "rayon"]);
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.2.3\"\nsource = \"\"\n";
        assert_eq!((of(lock, "a"), of(lock, "b")), (Some("1.2.3"), None));
    }
}
