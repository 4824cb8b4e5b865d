use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitInt, Result, Token};

/// Seconds after which the lab says *stuck*, where the test does not say otherwise.
const DEADLINE: u64 = 10;

const KNOWN: &str = "`paused`, `model`, `postgres`, `os`, `deadline = SECONDS`";

/// What stands between the parentheses of `#[suite::test(…)]`.
#[derive(Debug)]
pub struct Options {
    pub paused: Option<Ident>,
    pub model: Option<Ident>,
    pub postgres: Option<Ident>,
    /// `postgres = exclusive`
    pub exclusive: bool,
    pub os: Option<Ident>,
    /// Seconds.
    pub deadline: u64,
}

impl Parse for Options {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut options = Self {
            paused: None,
            model: None,
            postgres: None,
            exclusive: false,
            os: None,
            deadline: DEADLINE,
        };
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            let name: Ident = input
                .parse()
                .map_err(|e| Error::new(e.span(), format!("expected an option: {KNOWN}")))?;
            if seen.contains(&name) {
                return Err(Error::new(name.span(), format!("`{name}` is given twice")));
            }
            seen.push(name.clone());
            match name.to_string().as_str() {
                "paused" => options.paused = Some(name),
                "model" => options.model = Some(name),
                "postgres" => {
                    options.exclusive = exclusive(input)?;
                    options.postgres = Some(name);
                }
                "os" => options.os = Some(name),
                "deadline" => options.deadline = seconds(input, &name)?,
                _ => {
                    return Err(Error::new(
                        name.span(),
                        format!("`{name}` is no option of `#[suite::test]`; there are {KNOWN}"),
                    ));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        options.agree()
    }
}

impl Options {
    /// Options that contradict each other are refused, not ranked.
    fn agree(self) -> Result<Self> {
        let refuse = |option: &Ident, why: &str| Err(Error::new(option.span(), why));
        if let (Some(_), Some(other)) =
            (&self.postgres, self.paused.as_ref().or(self.model.as_ref()))
        {
            return refuse(
                other,
                "a database is reached through a socket, which neither a paused clock waits for \
                 nor a model can replay: `postgres` needs the real clock",
            );
        }
        match (&self.paused, &self.model, &self.os) {
            (Some(paused), Some(_), _) => refuse(
                paused,
                "`paused` is tokio's clock, and a model runs no tokio: leave one of the two",
            ),
            (_, Some(_), Some(os)) => refuse(
                os,
                "a model enumerates the schedules, so nothing depends on the operating system: \
                 leave out `os`",
            ),
            (Some(_), _, Some(os)) => refuse(
                os,
                "a paused clock moves on as soon as this runtime is idle, whatever other threads \
                 do: real threads (`os`) need the real clock",
            ),
            _ => Ok(self),
        }
    }
}

/// Whether `= exclusive` follows.
fn exclusive(input: ParseStream) -> Result<bool> {
    if !input.peek(Token![=]) {
        return Ok(false);
    }
    input.parse::<Token![=]>()?;
    let word: Ident = input.parse()?;
    if word == "exclusive" {
        return Ok(true);
    }
    Err(Error::new(
        word.span(),
        "write `postgres` for a schema of the test's own, or `postgres = exclusive` where \
         the test looks at what all databases share",
    ))
}

fn seconds(input: ParseStream, name: &Ident) -> Result<u64> {
    let wrong = |span| Error::new(span, "write whole seconds, at least one: `deadline = 10`");
    input.parse::<Token![=]>().map_err(|_| wrong(name.span()))?;
    let number: LitInt = input.parse().map_err(|e| wrong(e.span()))?;
    match number.base10_parse() {
        Ok(seconds) if seconds > 0 && number.suffix().is_empty() => Ok(seconds),
        _ => Err(wrong(number.span())),
    }
}

#[cfg(test)]
mod tests {
    use super::{DEADLINE, Options};

    fn error(options: &str) -> String {
        syn::parse_str::<Options>(options).expect_err(options).to_string()
    }

    #[test]
    fn reads_every_option() {
        let options: Options = syn::parse_str("os, deadline = 30,").unwrap();
        assert!(options.os.is_some() && options.paused.is_none() && options.model.is_none());
        assert_eq!(options.deadline, 30);
        let options: Options = syn::parse_str("paused").unwrap();
        assert!(options.paused.is_some());
        assert_eq!(options.deadline, DEADLINE);
        assert!(syn::parse_str::<Options>("model").unwrap().model.is_some());
        assert!(syn::parse_str::<Options>("").is_ok());
    }

    #[test]
    fn an_unknown_option_lists_the_known_ones() {
        assert_eq!(
            error("pauzed"),
            "`pauzed` is no option of `#[suite::test]`; \
             there are `paused`, `model`, `postgres`, `os`, `deadline = SECONDS`"
        );
        assert!(error("3").starts_with("expected an option: `paused`"));
        assert_eq!(error("os, os"), "`os` is given twice");
    }

    #[test]
    fn a_deadline_is_whole_seconds() {
        for wrong in ["deadline", "deadline = 0", "deadline = 1.5", "deadline = 3u8"] {
            assert!(error(wrong).starts_with("write whole seconds"), "{wrong}");
        }
    }

    #[test]
    fn a_database_is_shared_or_exclusive() {
        let options: Options = syn::parse_str("postgres, os").unwrap();
        assert!(options.postgres.is_some() && !options.exclusive);
        let options: Options = syn::parse_str("postgres = exclusive, deadline = 3").unwrap();
        assert!(options.postgres.is_some() && options.exclusive);
        assert!(error("postgres = mine").starts_with("write `postgres` for a schema"));
    }

    #[test]
    fn contradictions_are_refused() {
        assert!(error("paused, model").contains("a model runs no tokio"));
        assert!(error("paused, postgres").contains("needs the real clock"));
        assert!(error("postgres, model").contains("nor a model can replay"));
        assert!(error("model, os").contains("enumerates the schedules"));
        assert!(error("os, paused").contains("need the real clock"));
    }
}
