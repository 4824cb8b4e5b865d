//! What the runner asks for.

use std::ffi::OsString;
use std::path::PathBuf;

use bench_lab::Lang;

#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the switches of a command line")]
pub struct Options {
    pub lang: Lang,
    pub plain: bool,
    pub json: bool,
    /// Without the first build of everything.
    pub quick: bool,
    /// With what takes minutes.
    pub all: bool,
    /// The workbook.
    pub root: PathBuf,
}

impl Options {
    /// # Errors
    /// The argument that is not understood, or that the last one is missing.
    pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut args = args.into_iter();
        let mut root = None;
        let (mut plain, mut json, mut quick, mut all) = (false, false, false, false);
        let mut lang = Lang::of_environment();
        while let Some(arg) = args.next() {
            match arg.to_str() {
                Some("--plain") => plain = true,
                Some("--json") => json = true,
                Some("--quick") => quick = true,
                Some("--all") => all = true,
                Some("--lang") => {
                    let value = args.next().and_then(|value| value.into_string().ok());
                    lang = value.and_then(|value| Lang::parse(&value)).ok_or("--lang")?;
                }
                Some(other) if other.starts_with("--") => return Err(other.to_owned()),
                _ => root = Some(PathBuf::from(arg)),
            }
        }
        let root = root.ok_or("no workbook was named")?;
        Ok(Self { lang, plain, json, quick, all, root })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workbook_is_the_one_thing_that_must_be_named() {
        let parse = |args: &[&str]| Options::parse(args.iter().map(OsString::from));
        let options = parse(&["--lang", "es", "--json", "/a"]).expect("understood");
        assert_eq!((options.lang, options.root), (Lang::Es, PathBuf::from("/a")));
        assert!(options.json && !options.plain && !options.quick && !options.all);
        assert!(parse(&["--json"]).is_err());
        assert_eq!(parse(&["--fast", "/a"]), Err("--fast".to_owned()));
        assert_eq!(parse(&["/a", "--lang", "fr"]), Err("--lang".to_owned()));
    }
}
