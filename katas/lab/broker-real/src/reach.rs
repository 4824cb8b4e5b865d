use std::error::Error;
use std::fmt;
use std::time::Duration;

/// So long may the first connection take; nothing else is measured by it.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// No broker answers. Its text is for a learner to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    broker: &'static str,
    variable: &'static str,
    url: String,
    said: String,
    service: &'static str,
    package: &'static str,
}

impl Unreachable {
    pub(crate) fn rabbitmq(url: &str, said: &str) -> Self {
        Self {
            broker: "RabbitMQ",
            variable: AMQP_URL,
            url: without_password(url),
            said: said.to_owned(),
            service: "rabbitmq",
            package: "rabbitmq-server",
        }
    }

    pub(crate) fn redis(url: &str, said: &str) -> Self {
        Self {
            broker: "Redis",
            variable: REDIS_URL,
            url: without_password(url),
            said: said.to_owned(),
            service: "redis",
            package: "redis-server",
        }
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { broker, variable, url, said, service, package } = self;
        write!(
            f,
            "No {broker} answers at {url}: {said}.\n\
             Start one:   docker compose -f ci/compose.yml up -d {service}\n\
             or install:  sudo apt-get install {package}\n\
             Elsewhere:   {variable}=…"
        )
    }
}

impl Error for Unreachable {}

const AMQP_URL: &str = "TRECE_AMQP_URL";
const REDIS_URL: &str = "TRECE_REDIS_URL";

pub fn amqp_url() -> String {
    given(AMQP_URL).unwrap_or_else(|| "amqp://guest:guest@127.0.0.1:5672/%2f".to_owned())
}

pub fn redis_url() -> String {
    given(REDIS_URL).unwrap_or_else(|| "redis://127.0.0.1:6379/".to_owned())
}

fn given(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|url| !url.is_empty())
}

/// The URL as it may be printed.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((_, place)) => format!("{scheme}://{place}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Unreachable;

    #[test]
    fn it_says_how_to_start_one_and_no_password() {
        let said = Unreachable::rabbitmq("amqp://me:secret@box:5672/%2f", "refused").to_string();
        assert!(said.contains("amqp://box:5672/%2f") && !said.contains("secret"), "{said}");
        assert!(said.contains("ci/compose.yml") && said.contains("rabbitmq-server"), "{said}");
    }
}
