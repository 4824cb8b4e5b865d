//! What a picture is called, and what it says to who does not see it.

/// The words of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// A word for the ids in it: pictures on one page need different ones.
    pub name: String,
    /// Drawn above it, and its `<title>`.
    pub title: String,
    /// Its `<desc>`: what is to be seen, in a sentence or two, numbers included.
    pub description: String,
}

impl Caption {
    pub fn new(name: &str, title: &str, description: &str) -> Self {
        Self { name: name.into(), title: title.into(), description: description.into() }
    }

    /// The name as an id may be written.
    pub(super) fn id(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!("trece-{}", self.name.chars().map(plain).collect::<String>())
    }
}
