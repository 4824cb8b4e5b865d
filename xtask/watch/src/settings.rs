use jzon::JsonValue;

/// What the runner hands over.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `k02`.
    pub kata: String,
    pub lang: String,
    pub plain: bool,
    pub words: Words,
}

/// What is said, in the learner's language. `{file}` and `{error}` are places to fill.
#[derive(Debug, Clone)]
pub struct Words {
    /// After a run, where no key can be pressed.
    pub waiting: String,
    pub saved: String,
    /// A save while a run goes on.
    pub stopped: String,
    pub no_events: String,
    /// A key's name and what it does, in few words and in a sentence.
    pub keys: Vec<[String; 3]>,
}

impl Settings {
    /// None where something is missing.
    pub fn parse(json: &str) -> Option<Self> {
        let value = jzon::parse(json).ok()?;
        let words = &value["words"];
        let text = |value: &JsonValue| value.as_str().map(str::to_owned);
        let keys = words["keys"].as_array()?.iter().map(|key| {
            let [name, short, long] = &key.as_array()?[..] else { return None };
            Some([text(name)?, text(short)?, text(long)?])
        });
        Some(Self {
            kata: text(&value["kata"])?,
            lang: text(&value["lang"])?,
            plain: value["plain"].as_bool()?,
            words: Words {
                waiting: text(&words["waiting"])?,
                saved: text(&words["saved"])?,
                stopped: text(&words["stopped"])?,
                no_events: text(&words["no_events"])?,
                keys: keys.collect::<Option<_>>()?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn reads_what_the_runner_hands_over() {
        let json = r#"{"kata": "k02", "lang": "es", "plain": true, "words": {"waiting": "w",
            "saved": "s", "stopped": "x", "no_events": "n", "keys": [["q", "quit", "End."]]}}"#;
        let settings = Settings::parse(json).unwrap();
        assert_eq!((settings.kata.as_str(), settings.plain), ("k02", true));
        assert_eq!(settings.words.keys, [["q", "quit", "End."]]);
        assert!(Settings::parse(&json.replace("\"q\", ", "")).is_none());
        assert!(Settings::parse("{}").is_none());
    }
}
